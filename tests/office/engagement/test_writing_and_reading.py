"""What a form shows is what it was made from: no programme is changed by being opened and saved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.engine.strategies import programs

from plushka.delivery.office.engagement.draft.friends import read_friends, write_friends
from plushka.delivery.office.engagement.draft.promotion import read_promotion, write_promotion
from plushka.delivery.office.engagement.draft.redemption import read_redemption, write_redemption
from plushka.delivery.office.engagement.draft.rule import read_rule, write_rule
from plushka.delivery.office.engagement.draft.terms import read_life, read_terms, write_life, write_terms
from plushka.delivery.office.engagement.draft.tiers import read_tiers, write_tiers
from plushka.delivery.office.engagement.draft.typist import Typed, Typist
from plushka.delivery.web.forms import Form
from plushka.demo.business import read_program
from plushka.engine.program import Program
from plushka.platform.i18n import Language, translator

languages = st.sampled_from(("ru", "en"))


def form(typed: Typed, language: Language) -> Form:
    return Form(translator(language), typed)


def reread(program: Program, language: Language) -> Program:
    """Return the programme as it comes back from all the forms of the editor."""
    words, typist = translator(language), Typist(language, program.currency, program.point.scale)
    rules = []
    for rule in program.earning:
        of_rule = form(write_rule(rule, typist), language)
        rules.append(read_rule(of_rule, rule, program, words))
        assert of_rule.is_sound, of_rule.problems
    promotions = []
    for promotion in program.promotions:
        of_promotion = form(write_promotion(promotion, typist), language)
        promotions.append(read_promotion(of_promotion, promotion, program, words))
        assert of_promotion.is_sound, of_promotion.problems
    of_friends = form(write_friends(program, typist), language)
    of_redemption = form(write_redemption(program, typist), language)
    of_tiers = form(write_tiers(program, typist), language)
    of_life, of_terms = form(write_life(program), language), form(write_terms(program, typist), language)
    read = structs.replace(
        program,
        earning=tuple(rules),
        promotions=tuple(promotions),
        redemption=read_redemption(of_redemption, program, words),
        tiers=read_tiers(of_tiers, program, words),
        referral=read_friends(of_friends, program, words),
    )
    read = read_terms(of_terms, read_life(of_life, read), words, is_new=False)
    for each in (of_friends, of_redemption, of_tiers, of_life, of_terms):
        assert each.is_sound, each.problems
    return read


@settings(max_examples=30)
@given(programs(), languages)
def test_what_is_opened_and_saved_is_the_same(program: Program, language: Language) -> None:
    read = reread(program, language)

    for rule, before in zip(read.earning, program.earning, strict=True):
        if program.tiers is not None or not getattr(before.effect, "by_tier", {}):
            # Rates of tiers that do not exist are neither shown nor kept.
            assert rule == before
    assert structs.replace(read, earning=()) == structs.replace(program, earning=())


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_demos_programme_goes_through_the_forms_unchanged(language: Language) -> None:
    program = read_program()

    assert reread(program, language) == program
