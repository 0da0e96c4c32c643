"""The city's logo: an image file of somebody, made again as a small PNG."""

from __future__ import annotations

import base64
import binascii
import io
import warnings

from PIL import Image

from data.settings.known import SettingRefused

# SVG is left out: it may hold scripts.
FORMATS = ("PNG", "JPEG")
LARGEST_FILE = 1 << 20
MOST_PIXELS = 4_000_000  # looked at before any pixel is unpacked
BOX = (480, 160)
UNREADABLE = "Ce fichier n’est pas une image PNG ou JPEG lisible. Enregistrez le logo en PNG, puis recommencez."
TOO_BIG = "Cette image est trop grande\u00a0: 1 Mo et 4 millions de pixels au plus. Réduisez-la, puis recommencez."


def as_text(content: bytes) -> str:
    """Return an image file as the text that is kept: a PNG of at most 480 × 160 pixels, without anything but pixels."""
    if len(content) > LARGEST_FILE:
        raise SettingRefused(TOO_BIG)
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=FORMATS) as image:
            warnings.simplefilter("ignore")
            if image.width * image.height > MOST_PIXELS:
                raise SettingRefused(TOO_BIG)
            pixels = image.convert("RGBA")
    except SettingRefused:
        raise
    except Exception as error:  # the decoders raise whatever a crafted file makes them raise
        raise SettingRefused(UNREADABLE) from error
    pixels.thumbnail(BOX)
    clean = Image.frombytes("RGBA", pixels.size, pixels.tobytes())
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode("ascii")


def as_png(text: object) -> bytes | None:
    """Return the PNG file of a kept logo, None when there is none."""
    try:
        return base64.b64decode(str(text), validate=True) if text else None
    except binascii.Error:
        return None
