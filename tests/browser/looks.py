"""What is wrong to the eye on a page: names that are cut and told nowhere, and tools that lie over words."""

from __future__ import annotations

_CUT = """() => {
  const found = [];
  const look = (root) => {
    for (const part of root.querySelectorAll('*')) {
      if (part.shadowRoot) look(part.shadowRoot);
      if (!part.clientWidth || part.scrollWidth <= part.clientWidth + 1) continue;
      if (part.closest('[aria-hidden=true], template') || !part.checkVisibility({ visibilityProperty: true })) continue;
      const style = getComputedStyle(part);
      if (part.matches('input[role=combobox]')) {
        if (!part.value) continue;
      } else if (style.textOverflow !== 'ellipsis' || style.overflowX === 'visible') continue;
      part.dispatchEvent(new PointerEvent('pointerover', { bubbles: true, composed: true }));
      const whole = (part.value ?? part.textContent).trim();
      if (!part.closest('[title]')?.title.includes(whole)) found.push(whole);
    }
  };
  look(document);
  return found;
}"""
_COVERED = """(chart) => {
  const boxes = (parts) => [...parts].filter((part) => part.checkVisibility({ opacityProperty: true }))
    .map((part) => part.getBoundingClientRect()).filter((box) => box.width && box.height);
  const tools = boxes(document.querySelectorAll('.modebar-btn, [data-testid=stElementToolbar] button'));
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const around = node.parentElement;
    if (!node.data.trim() || around.closest('.modebar, [data-testid=stElementToolbar], script, style, .hoverlayer')) {
      continue;
    }
    if (!around.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const word of range.getClientRects()) {
      const isCovered = tools.some((tool) =>
        Math.min(tool.right, word.right) - Math.max(tool.left, word.left) > 1 &&
        Math.min(tool.bottom, word.bottom) - Math.max(tool.top, word.top) > 2);
      if (isCovered) found.push(node.data.trim());
    }
  }
  return [tools.length, [...new Set(found)]];
}"""


def cut_names(page) -> list[str]:
    """What is cut on the page for want of room, and has no title with the whole of it when it is pointed at."""
    return page.evaluate(_CUT)


def covered_words(page) -> dict[str, list[str]]:
    """Words that the tools of a figure lie over while it is pointed at, by the figure's key; only where there are any.

    Every figure with tools has to show them, or nothing would be looked at.
    """
    found = {}
    for chart in page.locator("[data-testid=stPlotlyChart]:has(.modebar-btn)").all():
        if not chart.is_visible():
            continue
        chart.evaluate("part => part.scrollIntoView({ block: 'center' })")
        chart.evaluate("part => part.getBoundingClientRect().top < 0 && part.scrollIntoView()")
        box = chart.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 100))
        page.wait_for_timeout(500)  # tools come slowly
        key = chart.evaluate(
            "part => part.closest('[class*=st-key-]')?.className.match(/st-key-([^ ]+)/)?.[1] ?? ''"
        )
        tools, words = page.evaluate(_COVERED)
        assert tools, f"{key}: its tools are not shown"
        if words:
            found[key] = words
    return found
