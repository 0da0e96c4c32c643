"""The version of Antigaspi, as in CHANGELOG.md."""

VERSION = "0.2.0"
