"""The preset that the study is compared with, the way back to it, and the way back from the last change."""

from __future__ import annotations

import streamlit as st

from explorer.study.presets import Offer
from explorer.study.study import Study
from explorer.ui import state
from explorer.ui.controls import held
from explorer.ui.show import plain

KIND = {
    "reading": "Our reading of",
    "published": "As in",
    "adapted": "",
    "ours": "",
}


def preset(study: Study) -> None:
    """Draw the list of presets, what the one in force rests on, undo and reset."""
    studies, offers = state.presets(), {offer.preset.study.name: offer for offer in state.offers()}
    chosen = state.preset()
    held.choice(
        "Preset",
        "preset-chosen",
        chosen.name,
        list(studies),
        lambda _, name: studies[name],
        {name: offer.preset.title for name, offer in offers.items()},
        _help(offers.get(chosen.name)),
        act=state.choose_preset,
    )
    if chosen.name in offers:
        st.caption(_source(offers[chosen.name]))
    changed = study.differences(chosen)
    with st.container(horizontal=True, gap="small"):
        st.button("Undo", "undo", "Take back the last change.", state.undo, disabled=not state.can_undo())
        st.button(
            "Reset",
            "reset",
            "Back to the preset as it stands.",
            state.choose_preset,
            (chosen,),
            disabled=not changed,
        )


def _help(offer: Offer | None) -> str:
    note = plain(offer.preset.note) if offer else ""
    return f"A definition to start from; what differs is listed above the results. {note}".strip()


def _source(offer: Offer) -> str:
    preset = offer.preset
    source = plain(preset.source)
    linked = f"[{source}]({preset.url})" if preset.url else source
    return f"{KIND[preset.kind]} {linked}".strip()


def not_computable() -> None:
    """List the presets that the cohort lacks something for, and what: folded, since another disease lacks most."""
    wanting = [offer for offer in state.offers() if not offer.computable]
    if not wanting:
        return
    folded = st.expander(f"Not computable here ({len(wanting)})", key="not-computable", on_change="rerun")
    if folded.open:
        lines = (f"- {plain(offer.preset.title)}: {plain('; '.join(offer.lacking))}." for offer in wanting)
        folded.caption("\n".join(lines))
