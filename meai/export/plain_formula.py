"""A formula in a line as letters, where letters can say it. Knows a few commands of TeX and no target."""

from __future__ import annotations

import re

_PAIRS = (
    "alpha=α beta=β gamma=γ delta=δ epsilon=ε theta=θ lambda=λ mu=μ pi=π rho=ρ sigma=σ tau=τ phi=φ omega=ω "
    "Delta=Δ Sigma=Σ Omega=Ω times=× cdot=· div=÷ pm=± le=≤ leq=≤ ge=≥ geq=≥ neq=≠ ne=≠ approx=≈ infty=∞ to=→ "
    "rightarrow=→ degree=° circ=° sum=∑ prod=∏ int=∫ partial=∂ in=∈ ldots=… dots=… %=% $=$ #=# &=& _=_"
)
_SIGNS = dict(pair.split("=") for pair in _PAIRS.split()) | {",": "\u202f", " ": " "}
_RAISED = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
_LOWERED = dict(zip("0123456789+-=()aeoxhklmnpstij", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼ", strict=True))
_PIECE = re.compile(r"\\([A-Za-z]+|.)\s*|([\^_])\s*(?:\{([^{}\\]*)\}|([^{}\\\s]))|([^\\{}^_]+)")
_OPERATOR = re.compile(r"\s*([×·÷±≤≥≠≈→∈=+])\s*")


def plain(tex: str) -> str | None:
    """Return what *tex* says in letters; None where only a formula can."""
    said, at = "", 0
    while at < len(tex):
        found = _PIECE.match(tex, at)
        piece = _piece(found) if found else None
        if found is None or piece is None:
            return None
        said += piece
        at = found.end()
    return _OPERATOR.sub(r" \1 ", said).strip()


def _piece(found: re.Match[str]) -> str | None:
    command, script, group, single, letters = found.groups()
    if command is not None:
        return _SIGNS.get(command)
    if script is None:
        return letters
    signs = _RAISED if script == "^" else _LOWERED
    inside = (single if group is None else group).replace(" ", "")
    return "".join(signs[sign] for sign in inside) if inside and set(inside) <= set(signs) else None
