"""Links to sources in Markdown, whatever letters their texts and addresses hold."""

from __future__ import annotations

from explorer.ui.show import plain


def link(text: str, url: str) -> str:
    """Write a link; its bare text where there is no web address."""
    if not url.startswith(("https://", "http://")):
        return plain(text)
    # Markdown ends an address at its first closing bracket.
    return f"[{plain(text)}]({url.replace('(', '%28').replace(')', '%29')})"
