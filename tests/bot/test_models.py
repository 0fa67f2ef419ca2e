"""The models that a start loads."""

from bot.models import loading


async def test_both_models_are_loaded_beside_what_else_there_is_to_do() -> None:
    models = loading()
    encoder, identifier = await models
    assert encoder.encode(("a question",)).shape == (1, 512)
    assert identifier.classify("mon ordinateur ne marche plus")[0] == "fr"
    again, _ = await models
    assert again is encoder
