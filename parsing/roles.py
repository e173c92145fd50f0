"""The role inventory: PropBank's numbered arguments and adjuncts, and the short names that sources use for them."""

from __future__ import annotations

ROLES: dict[str, str] = {
    "ARG0": "who does it: agent, causer, experiencer",
    "ARG1": "what it happens to: patient, theme",
    "ARG2": "instrument, recipient, attribute, end state or place of a put-type verb",
    "ARG3": "start point, beneficiary, attribute",
    "ARG4": "end point",
    "ARG5": "direction of a change (few verbs)",
    "ARGA": "who makes the agent act (few verbs)",
    "ARGM-ADJ": "adjectival modifier of a noun predicate",
    "ARGM-ADV": "adverbial that no other role covers",
    "ARGM-CAU": "cause",
    "ARGM-COM": "companion",
    "ARGM-CXN": "constructional pattern",
    "ARGM-DIR": "direction, path",
    "ARGM-DIS": "discourse connective, vocative",
    "ARGM-DSP": "direct speech",
    "ARGM-EXT": "extent, degree",
    "ARGM-GOL": "goal, beneficiary",
    "ARGM-LOC": "place",
    "ARGM-LVB": "light verb",
    "ARGM-MNR": "manner",
    "ARGM-MOD": "modal verb",
    "ARGM-NEG": "negation",
    "ARGM-PNC": "purpose, not cause (older releases)",
    "ARGM-PRD": "secondary predication",
    "ARGM-PRP": "purpose",
    "ARGM-PRR": "predicate of a light verb",
    "ARGM-PRX": "auxiliary of a multiword predicate",
    "ARGM-REC": "reciprocal",
    "ARGM-TMP": "time",
}
"""Role -> what it means. A role may also carry the prefix "R-" (relative pronoun) or "C-" (continuation)."""

PREFIXES = ("R-", "C-")


def canonical_role(role: str) -> str:
    """One spelling for a role: "A0", "Arg0" -> "ARG0"; "AM-LOC", "LOC" -> "ARGM-LOC"; prefixes R- and C- are kept.

    Raises:
        ValueError: The role is not in the inventory.
    """
    name = role.strip().upper()
    prefix = next((p for p in PREFIXES if name.startswith(p)), "")
    name = name[len(prefix) :]
    for short, long in (("AM-", "ARGM-"), ("A", "ARG")):
        if not name.startswith("ARG") and name.startswith(short) and long + name[len(short) :] in ROLES:
            name = long + name[len(short) :]
            break
    if name not in ROLES and f"ARGM-{name}" in ROLES:
        name = f"ARGM-{name}"
    if name not in ROLES:
        raise ValueError(f"unknown role {role!r}, expected one of {', '.join(ROLES)} with or without R-, C-")
    return prefix + name


def bare_role(role: str) -> str:
    """The role without the prefix R- or C-."""
    return role[2:] if role[:2] in PREFIXES else role
