"""Which version of Antigaspi this is, as CHANGELOG.md names them."""

VERSION = "0.2.0"
