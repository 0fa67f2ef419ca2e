"""Who may do what, written out a second time by hand, so that no change of the table goes unseen."""

import pytest

from dialogs.rights import Act, Grant, Role, functions_for, may, roles_for

# For each act: what an expert, an author and an owner of a function may do to that function, then what an admin and an auditor may.
TABLE = """
                 expert author owner admin auditor
read_gaps        yes    yes    yes   yes   no
settle_gaps      no     yes    yes   yes   no
write_content    no     yes    yes   yes   no
remove_content   no     no     yes   yes   no
draft_profile    no     yes    yes   yes   no
publish_profile  no     no     yes   yes   no
restore_content  no     no     no    yes   no
export_content   no     yes    yes   yes   yes
answer_requests  yes    yes    yes   yes   no
approve_answers  no     no     yes   yes   no
bind_channel     no     no     yes   yes   no
read_voices      yes    yes    yes   yes   no
answer_voices    yes    yes    yes   yes   no
read_traces      yes    yes    yes   yes   yes
note_improvements no    no     yes   yes   no
export_feedback  no     no     yes   yes   yes
export_responses no     no     no    yes   no
write_campaigns  no     yes    yes   yes   no
run_campaigns    no     no     yes   yes   no
approve_campaigns no    no     yes   yes   no
read_campaigns   no     yes    yes   yes   yes
tell_evidence    no     no     no    yes   no
set_limits       no     no     yes   yes   no
grant_roles      no     no     no    yes   no
read_audit       no     no     no    yes   yes
privacy          no     no     no    yes   no
"""
HEADER, *ROWS = TABLE.strip().splitlines()
EXPECTED = {
    (Act(act), Role(role)): {"yes": True, "no": False}[said]
    for act, *saids in map(str.split, ROWS)
    for role, said in zip(HEADER.split(), saids, strict=True)
}
OF_A_FUNCTION = (Role.EXPERT, Role.AUTHOR, Role.OWNER)
OF_THE_COMPANY = (Role.ADMIN, Role.AUDITOR)


def test_the_table_here_holds_every_act_and_every_role_that_can_be_granted() -> None:
    assert EXPECTED.keys() == {(act, role) for act in Act for role in Role if role is not Role.EMPLOYEE}


@pytest.mark.parametrize("role", OF_A_FUNCTION)
@pytest.mark.parametrize("act", Act)
def test_a_role_in_a_function_counts_there_and_nowhere_else(act: Act, role: Role) -> None:
    grants = frozenset({Grant(role=role, function="finance")})
    assert may(grants, act, "finance") is EXPECTED[act, role]
    assert not may(grants, act, "it")
    assert not may(grants, act)


@pytest.mark.parametrize("role", OF_THE_COMPANY)
@pytest.mark.parametrize("act", Act)
def test_a_role_in_the_company_counts_for_each_function_and_for_all(act: Act, role: Role) -> None:
    grants = frozenset({Grant(role=role)})
    assert {may(grants, act, "finance"), may(grants, act, "it"), may(grants, act)} == {EXPECTED[act, role]}


@pytest.mark.parametrize("act", Act)
def test_an_employee_without_a_role_may_do_nothing_of_this(act: Act) -> None:
    assert not may(frozenset(), act, "finance")
    assert not may(frozenset(), act)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("first", OF_A_FUNCTION)
@pytest.mark.parametrize("second", OF_A_FUNCTION)
def test_roles_in_two_functions_do_not_mix(act: Act, first: Role, second: Role) -> None:
    grants = frozenset({Grant(role=first, function="finance"), Grant(role=second, function="it")})
    assert may(grants, act, "finance") is EXPECTED[act, first]
    assert may(grants, act, "it") is EXPECTED[act, second]
    assert functions_for(grants, act, ("it", "hr", "finance")) == tuple(
        slug for slug, role in (("it", second), ("finance", first)) if EXPECTED[act, role]
    )


@pytest.mark.parametrize("act", Act)
def test_who_may_is_told_by_the_same_table(act: Act) -> None:
    assert set(roles_for(act)) == {role for role in Role if EXPECTED.get((act, role))}
    assert Role.ADMIN in roles_for(act)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("function", ["finance", None])
def test_only_a_function_has_its_experts_authors_and_owners_and_only_the_company_its_admins_and_auditors(role: Role, function: str | None) -> None:
    fits = role in (OF_A_FUNCTION if function else OF_THE_COMPANY)
    if fits:
        assert Grant(role=role, function=function).function == function
        return
    with pytest.raises(ValueError, match=f"{role} isn't granted"):
        Grant(role=role, function=function)
