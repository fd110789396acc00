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
      "no-restricted-properties": ["error", { property: "innerHTML" }, { property: "outerHTML" }],
    },
  },
  { files: ["tests/**/*.js", "*.js"], languageOptions: { globals: globals.node } },
];
