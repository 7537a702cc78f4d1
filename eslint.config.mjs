// What `make lint` looks for in the JavaScript: faults. The style is prettier's business.
import {createRequire} from "node:module";

// the tools are in .venv/node (see development/tools.sh), out of the way of the checkout
const require = createRequire(new URL(".venv/node/package.json", import.meta.url));
const js = require("@eslint/js");

const readonly = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

// from OctoPrint's page
const octoprints = [
    "$",
    "_",
    "define",
    "formatSize",
    "gettext",
    "ko",
    "moment",
    "ngettext",
    "OctoPrint",
    "OctoPrintClient",
    "OCTOPRINT_VIEWMODELS",
    "PNotify",
    "showConfirmationDialog"
];

// Those that are used, and no others: among a browser's globals are `name`, `status` and
// `event`, which more often than not are a local variable that somebody forgot to declare.
const browsers = [
    "AbortController",
    "Blob",
    "cancelAnimationFrame",
    "clearInterval",
    "clearTimeout",
    "console",
    "CSS",
    "CustomEvent",
    "DataTransfer",
    "document",
    "Element",
    "Event",
    "FileReader",
    "FormData",
    "getComputedStyle",
    "getSelection",
    "history",
    "HTMLElement",
    "IntersectionObserver",
    "Intl",
    "KeyboardEvent",
    "localStorage",
    "location",
    "matchMedia",
    "MutationObserver",
    "navigator",
    "Node",
    "NodeFilter",
    "Notification",
    "performance",
    "Range",
    "requestAnimationFrame",
    "ResizeObserver",
    "sessionStorage",
    "setInterval",
    "setTimeout",
    "Text",
    "TextDecoder",
    "TextEncoder",
    "URL",
    "URLSearchParams",
    "window"
];

const faults = {
    ...js.configs.recommended.rules,
    "array-callback-return": "error",
    eqeqeq: "error",
    "no-constructor-return": "error",
    // the terminal's subject
    "no-control-regex": "off",
    "no-eval": "error",
    "no-implied-eval": "error",
    "no-loop-func": "error",
    "no-new-func": "error",
    "no-self-compare": "error",
    "no-shadow": ["error", {allow: ["self"]}],
    "no-template-curly-in-string": "error",
    "no-throw-literal": "error",
    "no-unmodified-loop-condition": "error",
    "no-unreachable-loop": "error",
    "no-unused-expressions": "error",
    "no-unused-vars": ["error", {caughtErrors: "none"}],
    "no-use-before-define": ["error", {functions: false, variables: false}],
    "no-var": "error",
    "prefer-const": "error",
    radix: "error"
};

export default [
    {ignores: [".venv/", ".run/", "build/", "dist/", "test-results/"]},
    {
        files: ["octoprint_systemcommands/static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2020,
            sourceType: "script",
            globals: readonly(["SystemCommands", ...octoprints, ...browsers])
        },
        linterOptions: {reportUnusedDisableDirectives: "error"},
        rules: {
            ...faults,
            "no-implicit-globals": "error",
            "no-restricted-syntax": [
                "error",
                {
                    selector:
                        "CallExpression[callee.name='gettext'] > :not(Literal, Identifier)",
                    message: "pybabel finds texts only if they are plain strings."
                },
                {
                    selector: "TemplateLiteral CallExpression[callee.name=/^n?gettext$/]",
                    message: "pybabel finds no texts in template literals."
                },
                {
                    selector:
                        "AssignmentExpression > MemberExpression[property.name=/^(inner|outer)HTML$/].left",
                    message: "Data is text: use textContent or a text binding."
                }
            ]
        }
    },
    {
        files: ["tests/js/**/*.{js,mjs}", "development/*.mjs", "*.config.mjs"],
        languageOptions: {ecmaVersion: 2022},
        // a shell writes ${…} as well
        rules: {...faults, "no-undef": "off", "no-template-curly-in-string": "off"}
    }
];
