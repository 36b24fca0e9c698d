"""What sprig has and this package has not."""

from __future__ import annotations

_ENVIRONMENT = "it reads the environment; Argo leaves it out, too"
_NETWORK = "it asks the network for each message"
_RANDOM = "it is random: a message must be the same each time it is rendered"
_KEYS = "it makes or uses keys and passwords, which have no place in a message"

LEFT_OUT: dict[str, str] = {
    **dict.fromkeys(("env", "expandenv"), _ENVIRONMENT),
    "getHostByName": _NETWORK,
    **dict.fromkeys(("randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randInt", "randBytes"), _RANDOM),
    **dict.fromkeys(("shuffle", "uuidv4"), _RANDOM),
    **dict.fromkeys(("bcrypt", "htpasswd", "derivePassword", "encryptAES", "decryptAES", "genPrivateKey"), _KEYS),
    **dict.fromkeys(("buildCustomCert", "genCA", "genCAWithKey", "genSelfSignedCert"), _KEYS),
    **dict.fromkeys(("genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey"), _KEYS),
}
"""Why, by name."""
