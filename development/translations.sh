#!/bin/sh
# translations.sh <folder of pybabel>: collect the texts of the plugin, bring the translations
# up to date with them, compile these, and copy them into the package.
#
# Text that has no translation yet stays empty in translations/<locale>/LC_MESSAGES/messages.po
# and is shown in English. A new language begins with an empty translations/<locale> folder.
set -eu
cd "$(dirname "$0")/.."

pybabel=$1/pybabel
pot=translations/messages.pot
package=octoprint_systemcommands/translations

mkdir -p translations/de
"$pybabel" --quiet extract --mapping-file babel.cfg --output-file "$pot.new" \
    --ignore-dirs '.* tests development benchmarks docs build dist' \
    --keywords lazy_gettext --add-location file --sort-by-file \
    --project OctoPrint-SystemCommands --copyright-holder 'The System Commands maintainers' .

# a new date alone is no news
without_date() { grep -v '^"POT-Creation-Date:' "$1" 2>/dev/null || true; }
if [ "$(without_date "$pot.new")" = "$(without_date "$pot")" ]; then
    rm "$pot.new"
else
    mv "$pot.new" "$pot"
fi

for folder in translations/*/; do
    locale=$(basename "$folder")
    po=$folder/LC_MESSAGES/messages.po
    if [ -f "$po" ]; then
        "$pybabel" --quiet update --input-file "$pot" --output-dir translations \
            --locale "$locale" --no-fuzzy-matching --ignore-obsolete
    else
        "$pybabel" --quiet init --input-file "$pot" --output-dir translations --locale "$locale"
    fi
    # OctoPrint's page shows fuzzy entries as if they were right
    if grep -n '^#,.*fuzzy' "$po"; then
        echo "$po has fuzzy entries (above): check them and remove the mark." >&2
        exit 1
    fi
    "$pybabel" compile --directory translations --locale "$locale" --statistics

    # OctoPrint reads the .mo file for its own pages and the .po file for JavaScript
    target=$package/$locale/LC_MESSAGES
    mkdir -p "$target"
    cp "${po%.po}.mo" "$target/"
    "$1/python" -m development.shipped_translation "$po" "$target/messages.po"
done
