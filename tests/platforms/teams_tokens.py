"""The tokens of the fake Teams: the Bot Connector's own, and every forgery of them.

learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

APP_ID = "8d0f6a52-5b0e-4b55-9d3c-2f1f0f6f7a11"
ISSUER = "https://api.botframework.com"
TRUSTED = "trusted"


class Forgery(StrEnum):
    """Every way in which a request can fail to be the Bot Connector's."""

    MISSING = "no header"
    BASIC = "another scheme"
    GARBAGE = "not a token"
    EXPIRED = "expired"
    NOT_YET = "not valid yet"
    ENDLESS = "never expires"
    AUDIENCE = "for another bot"
    ISSUER = "from another issuer"
    EMULATOR = "from the emulator's issuer"
    SERVICE_URL = "for another service URL"
    UNKNOWN_KEY = "signed with an unknown key"
    NO_KEY = "without a key id"
    SIGNATURE = "with another's signature"
    HS256 = "signed with HS256"
    UNSIGNED = "with algorithm none"
    UNENDORSED = "by a key that doesn't endorse Teams"
    UNDECLARED = "by a key that endorses nothing"


ENDORSEMENTS = {TRUSTED: ["msteams", "webchat"], Forgery.UNENDORSED.name: ["webchat"], Forgery.UNDECLARED.name: []}


def authorization(forgery: Forgery | None, *, service_url: str, now: datetime, signed_by: str = TRUSTED) -> str | None:
    """Make an Authorization header: the Bot Connector's own, or one that's wrong in one way; None for one that isn't there."""
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": APP_ID,
        "serviceurl": service_url,
        "nbf": int((now - timedelta(minutes=5)).timestamp()),
        "exp": int((now + timedelta(hours=1)).timestamp()),
    }
    key, key_id = _key(signed_by), signed_by
    match forgery:
        case Forgery.MISSING:
            return None
        case Forgery.BASIC:
            return "Basic Ym90OnNlY3JldA=="
        case Forgery.GARBAGE:
            return "Bearer not.a.token"
        case Forgery.HS256:
            return "Bearer " + jwt.encode(claims, "a shared secret of thirty-two bytes", algorithm="HS256", headers={"kid": key_id})
        case Forgery.UNSIGNED:
            return "Bearer " + jwt.encode(claims, "", algorithm="none", headers={"kid": key_id})
        case Forgery.EXPIRED:
            claims |= {"nbf": int((now - timedelta(hours=2)).timestamp()), "exp": int((now - timedelta(hours=1)).timestamp())}
        case Forgery.NOT_YET:
            claims["nbf"] = int((now + timedelta(hours=1)).timestamp())
        case Forgery.ENDLESS:
            del claims["exp"]
        case Forgery.AUDIENCE:
            claims["aud"] = "00000000-0000-0000-0000-000000000000"
        case Forgery.ISSUER:
            claims["iss"] = "https://issuer.example"
        case Forgery.EMULATOR:
            claims["iss"] = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
        case Forgery.SERVICE_URL:
            claims["serviceurl"] = "https://smba.trafficmanager.net/elsewhere/"
        case Forgery.UNKNOWN_KEY:
            key, key_id = _key("stranger"), "stranger"
        case Forgery.SIGNATURE:
            key = _key("stranger")
        case Forgery.UNENDORSED | Forgery.UNDECLARED:
            key, key_id = _key(forgery.name), forgery.name
        case Forgery.NO_KEY | None:
            pass
    headers = {} if forgery is Forgery.NO_KEY else {"kid": key_id}
    return "Bearer " + jwt.encode(claims, key, algorithm="RS256", headers=headers)


def public_key(name: str, endorsements: list[str]) -> dict[str, Any]:
    """Return a key as a key server publishes it."""
    return {**RSAAlgorithm.to_jwk(_key(name).public_key(), as_dict=True), "kid": name, "use": "sig", "endorsements": endorsements}


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    """Make a key the first time that its name is used."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
