"""What is written to use up time or memory ends with an error, soon."""

from __future__ import annotations

import pytest

from tests.unit.gotemplate_sprig.corpus import ours

SELF = '{{ $d := dict "a" 1 }}{{ $_ := set $d "self" $d }}'
DEEP = "{{ $l := list }}{{ range until 2000 }}{{ $l = list $l }}{{ end }}"
WIDE = '{{ $l := list "xxxxxxxxxx" }}{{ range until 40 }}{{ $l = list $l $l }}{{ end }}'
MATCHES = '{{ $t := repeat 100000 "a" }}'
HOSTILE = [
    *(
        MATCHES + "{{ range until 10000 }}{{ $x := regexReplaceAllLiteral `a.*b|a` (trunc 8000 $t) `` }}{{ end }}",
        "{{ range $i := until 10000 }}{{ $x := regexMatch (printf `(\\pL{20}){20}%d` $i) `a` }}{{ end }}",
        "{{ range $i := until 10000 }}{{ $x := regexMatch (printf `[^x]{1000}%d` $i) `a` }}{{ end }}",
        "{{ range $i := until 10000 }}{{ $x := semverCompare (printf `%s%d` (repeat 99 `>1 `) $i) `1.2.3` }}{{ end }}",
    ),
    *("{{ repeat 1000000000 `ab` }}", "{{ indent 100000 `x` }}", "{{ nindent 999999999 `x` }}", "{{ until 1000000 }}"),
    *("{{ untilStep 0 9223372036854775807 1 }}", "{{ seq 1 1000000000 }}", "{{ seq -9223372036854775808 0 }}"),
    *("{{ $t := repeat 100000 `a` }}{{ replace `a` $t $t }}", "{{ $t := repeat 100000 `a` }}{{ join $t (until 100) }}"),
    *(
        "{{ splitList `` (repeat 100000 `a`) }}",
        "{{ split `a` (repeat 100000 `a`) }}",
        "{{ wrapWith 1 (repeat 999 `x`) (repeat 9999 `a`) }}",
    ),
    *(
        MATCHES + "{{ regexReplaceAll `a` $t $t }}",
        MATCHES + "{{ regexFindAll `a` $t -1 }}",
        MATCHES + "{{ regexSplit `` $t -1 }}",
    ),
    *(MATCHES + "{{ regexReplaceAll `a.*b|a` $t `x` }}", "{{ regexMatch `((a{1000}){1000}){1000}` `a` | not | fail }}"),
    *(
        "{{ mustRegexMatch `(\\pL{30}){30}` `a` }}",
        MATCHES + "{{ semverCompare $t `1.0.0` }}",
        MATCHES + "{{ toDate $t $t | ago }}{{ fail `x` }}",
    ),
    *(
        SELF + "{{ toJson $d }}",
        SELF + "{{ deepCopy $d }}",
        SELF + "{{ deepEqual $d $d }}",
        SELF + "{{ merge (dict `self` (dict)) $d $d }}",
    ),
    *(
        SELF + "{{ uniq (list $d $d) }}",
        SELF + "{{ quote $d }}",
        SELF + "{{ has $d (list $d) }}",
        SELF + "{{ mergeOverwrite $d (deepCopy $d) }}",
    ),
    *(DEEP + "{{ toJson $l }}", DEEP + "{{ deepCopy $l }}", DEEP + "{{ uniq $l }}", DEEP + "{{ deepEqual $l $l }}"),
    *(
        WIDE + "{{ toJson $l }}",
        WIDE + "{{ deepCopy $l }}",
        WIDE + "{{ has 1 $l }}",
        WIDE + "{{ deepEqual $l $l }}",
        WIDE + "{{ toString $l }}",
    ),
    *(
        "{{ range until 10000 }}{{ $x := toJson (until 10000) }}{{ end }}",
        "{{ range until 10000 }}{{ $x := uniq (until 10000) }}{{ end }}",
    ),
    *(
        "{{ fromJson (repeat 100000 `[`) | toJson | fail }}",
        "{{ mustFromJson (repeat 100000 `[`) }}",
        "{{ int (repeat 100000 `9`) | printf `%d` | fail }}",
    ),
    *("{{ $d := dict }}{{ range until 10000 }}{{ $_ := set $d (toString .) . }}{{ end }}{{ set $d `x` 1 }}",),
]


@pytest.mark.timeout(5)
@pytest.mark.parametrize("template", HOSTILE)
def test_what_uses_up_time_or_memory_ends_soon_with_an_error(template: str) -> None:
    answer = ours(template, {})
    assert answer.output is None
    assert answer.error
