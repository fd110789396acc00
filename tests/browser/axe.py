"""What axe-core (Deque's rules for WCAG 2.1 A and AA) finds on a page, and what is too small to be pressed."""

from __future__ import annotations

import os
from functools import cache

import pytest

from tests.browsing import PROJECT

SERIOUS = ("serious", "critical")
# Streamlit's own, which no setting of ours reaches; each with its reason.
KNOWN: dict[str, str] = {}
_AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  return found.violations.map(({ id, impact, help, nodes }) => (
    { id, impact, help, nodes: nodes.map((node) => ({ html: node.html.slice(0, 300), why: node.failureSummary })) }
  ));
}"""
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_SMALL = """() => {
  const found = [];
  const look = (root) => {
    for (const part of root.querySelectorAll('*')) {
      if (part.shadowRoot) look(part.shadowRoot);
      if (!part.matches('button, a[href], summary, select, [role=button], [role=tab]')) continue;
      const { width, height } = part.getBoundingClientRect();
      const isSeen = part.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && width > 1;
      const isInSentence = part.matches('p a, li a');
      if (isSeen && !isInSentence && Math.min(width, height) < 23.5) {
        found.push(`${part.ariaLabel ?? part.textContent} ${Math.round(width)} x ${Math.round(height)}`);
      }
    }
  };
  look(document);
  return found;
}"""


@cache
def script() -> str:
    """Return axe-core; the test skips where it is not installed, and fails where `CI` is set."""
    if not _AXE.exists():
        reason = f"axe-core is not installed ({_AXE.relative_to(PROJECT)}): run npm ci"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return _AXE.read_text()


def serious(page) -> list[dict]:
    """What axe-core finds serious on the page as it stands."""
    page.evaluate(script())
    violations = page.evaluate(_RUN, _TAGS)
    return [each for each in violations if each["impact"] in SERIOUS and each["id"] not in KNOWN]


def too_small(page) -> list[str]:
    """What can be pressed and is smaller than 24 pixels (WCAG 2.5.8), links within sentences aside."""
    return page.evaluate(_SMALL)
