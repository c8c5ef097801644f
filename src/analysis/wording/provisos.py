"""What a sentence must say beside its figures: on how few a rate rests, and which districts are left out."""

from __future__ import annotations

from analysis.facts import Register
from analysis.wording import phrases
from analysis.wording.numbers import fact_ids, plain

_AGAINST = "全市数字"  # what a district is held against: its gaps to the city leave out what the city leaves out


def with_small_counts(register: Register, sentences: list[str]) -> list[str]:
    """Say ``（应建会单位20家）`` in the sentence of a rate that rests on few and stands without its counts."""
    used, smallest = register.used, register.smallest_ranked
    facts = [used[i] for i in fact_ids("".join(sentences)) if i in used]
    said = []
    for sentence in sentences:
        own = [used[i] for i in dict.fromkeys(fact_ids(sentence)) if i in used]
        bare = [f for f in own if f in phrases.bare_small_rates(facts, smallest)]
        said.append(
            _before_stop(sentence, f"（{'，'.join({plain(said): said for said in (phrases.counted_of(register, f) for f in bare)}.values())}）")
            if bare
            else sentence
        )
    return said


def with_left_out(register: Register, sentences: list[str]) -> list[str]:
    """Say ``（未含甲区）``: once after the last figure where it holds for every figure of the paragraph, otherwise in the sentence it concerns."""
    whole = _left_out(register, "".join(sentences))
    if len(whole) == 1:
        if "" in whole or not sentences:
            return sentences
        told = [
            number for number, sentence in enumerate(sentences) if fact_ids(sentence)
        ]  # the last that has a figure: what is said after it has none to leave out
        note = f"（{'以上数字' if len(told) > 1 else ''}未含{next(iter(whole))}）"
        return [_before_stop(said, note) if number == told[-1] else said for number, said in enumerate(sentences)]
    if len(partial := [where for where in whole if where]) == 1 and set(whole[partial[0]]) == {_AGAINST}:
        last = max(number for number, sentence in enumerate(sentences) if partial[0] in _left_out(register, sentence))
        return [_before_stop(said, f"（{_AGAINST}未含{partial[0]}）") if number == last else said for number, said in enumerate(sentences)]
    said = []
    for sentence in sentences:
        found = _left_out(register, sentence)
        partial = {where: names for where, names in found.items() if where}
        clauses = [f"未含{where}" if len(found) == 1 else f"{'、'.join(dict.fromkeys(names))}未含{where}" for where, names in partial.items()]
        said.append(_before_stop(sentence, f"（{'；'.join(clauses)}）") if clauses else sentence)
    return said


def _left_out(register: Register, text: str) -> dict[str, list[str]]:
    """Return the districts that figures of the text leave out ("" for none), with the names of those figures."""
    names = dict(register.regions("district"))
    groups: dict[str, list[str]] = {}
    for fact in (register.used.get(i) for i in dict.fromkeys(fact_ids(text))):
        if fact is not None and fact.unit != "rank":
            is_against = fact.left_out and ("_gap_to_city" in fact.indicator or fact.indicator.endswith("_ranked_count"))
            groups.setdefault(phrases.listed([names.get(code, code) for code in fact.left_out]), []).append(_AGAINST if is_against else fact.name)
    return groups or {"": []}


def _before_stop(sentence: str, note: str) -> str:
    return sentence[:-1] + note + sentence[-1] if sentence.endswith(("。", "！", "？", "；")) else sentence + note
