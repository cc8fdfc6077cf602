"""Maps radical code points to the ideographs they look like.

Producers that share one glyph between ⼭ and 山 often name the radical in ToUnicode. Kangxi radicals come from the
Unicode database; for the supplement the table follows UCD `EquivalentUnifiedIdeograph`, limited to what Japanese
fonts draw like an ideograph; overrides are the Japanese forms.
"""

from __future__ import annotations

import unicodedata

_KANGXI = range(0x2F00, 0x2FD6)
_SUPPLEMENT = (
    "⺁厂 ⺅亻 ⺇几 ⺉刂 ⺊卜 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺐尢 ⺒巳 ⺓幺 ⺔彑 ⺖忄 ⺘扌 ⺙攵 ⺛旡 ⺝月 ⺞歺 ⺟母 "
    "⺠民 ⺡氵 ⺢氺 ⺣灬 ⺤爫 ⺥爫 ⺦丬 ⺨犭 ⺫罒 ⺬示 ⺭礻 ⺯糹 ⺲罒 ⺶羊 ⺹耂 ⺺肀 ⺾艹 ⺿艹 ⻀艹 ⻁虎 "
    "⻂衤 ⻃覀 ⻄西 ⻆角 ⻌辶 ⻍辶 ⻎辶 ⻏阝 ⻑長 ⻒镸 ⻖阝 ⻗雨 ⻘青 ⻝食 ⻟飠 ⻣骨 ⻤鬼 ⻨麦 ⻩黄 ⻫斉 "
    "⻭歯 ⻯竜 ⻲亀 ⻳龟"
)
# NFKC gives 戶 and 黑, which Japanese fonts do not draw for these radicals
_JAPANESE = {"⼾": "戸", "⿊": "黒"}


def radical_table() -> dict[int, str]:
    """Return code point of radical → ideograph, for str.translate."""
    table = {c: unicodedata.normalize("NFKC", chr(c)) for c in _KANGXI}
    table.update({ord(pair[0]): pair[1] for pair in _SUPPLEMENT.split()})
    table.update({ord(radical): ideograph for radical, ideograph in _JAPANESE.items()})
    return table
