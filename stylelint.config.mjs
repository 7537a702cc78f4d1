// What `make lint` looks for in the CSS: faults. The style is prettier's business.
export default {
    extends: "stylelint-config-recommended",
    reportDescriptionlessDisables: true,
    reportNeedlessDisables: true,
    rules: {
        // an icon has no letters to be shown in another font
        "font-family-no-missing-generic-family-keyword": [
            true,
            {ignoreFontFamilies: [/^Font Awesome/]}
        ],
        // it compares rules that never meet in one element
        "no-descending-specificity": null
    }
};
