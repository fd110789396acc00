// @ts-check
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/.venv/**", "cache/**", "shared/**"] },
  js.configs.recommended,
  {
    files: ["bioviz/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-restricted-properties": [
        "error",
        { property: "innerHTML" },
        { property: "outerHTML" },
        {
          property: "toLocaleString",
          message: "Numbers look alike everywhere: grouped() of shared/numbers.js.",
        },
      ],
    },
  },
  { files: ["**/shared/numbers.js"], rules: { "no-restricted-properties": "off" } },
  { files: ["tests/**/*.js", "*.js"], languageOptions: { globals: globals.node } },
];
