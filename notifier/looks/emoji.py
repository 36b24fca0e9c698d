"""The emoji that messages about deployments use, by the names Slack gives them."""

from __future__ import annotations

import re

from markupsafe import Markup

from notifier.looks.drawing import NOTHING, tag

EMOJI = {
    "+1": "👍",
    "-1": "👎",
    "alarm_clock": "⏰",
    "arrow_down": "⬇️",
    "arrow_forward": "▶️",
    "arrow_left": "⬅️",
    "arrow_right": "➡️",
    "arrow_up": "⬆️",
    "arrows_counterclockwise": "🔄",
    "baby_chick": "🐤",
    "bar_chart": "📊",
    "bell": "🔔",
    "bird": "🐦",
    "black_square_for_stop": "⏹️",
    "boom": "💥",
    "bug": "🐛",
    "bulb": "💡",
    "chart_with_downwards_trend": "📉",
    "chart_with_upwards_trend": "📈",
    "checkered_flag": "🏁",
    "construction": "🚧",
    "double_vertical_bar": "⏸️",
    "exclamation": "❗",
    "eyes": "👀",
    "fast_forward": "⏩",
    "fire": "🔥",
    "gear": "⚙️",
    "hammer_and_wrench": "🛠️",
    "hand": "✋",
    "hatching_chick": "🐣",
    "heavy_check_mark": "✔️",
    "hourglass": "⌛",
    "hourglass_flowing_sand": "⏳",
    "information_source": "\u2139\ufe0f",
    "large_blue_circle": "🔵",
    "large_green_circle": "🟢",
    "large_orange_circle": "🟠",
    "large_yellow_circle": "🟡",
    "leftwards_arrow_with_hook": "↩️",
    "link": "🔗",
    "lock": "🔒",
    "loudspeaker": "📢",
    "mag": "🔍",
    "mega": "📣",
    "microscope": "🔬",
    "new": "🆕",
    "no_bell": "🔕",
    "no_entry": "⛔",
    "no_entry_sign": "🚫",
    "octagonal_sign": "🛑",
    "package": "📦",
    "pause_button": "⏸️",
    "question": "❓",
    "raised_hand": "✋",
    "recycle": "♻️",
    "red_circle": "🔴",
    "repeat": "🔁",
    "rewind": "⏪",
    "robot_face": "🤖",
    "rocket": "🚀",
    "rotating_light": "🚨",
    "ship": "🚢",
    "sos": "🆘",
    "sparkles": "✨",
    "stopwatch": "⏱️",
    "tada": "🎉",
    "test_tube": "🧪",
    "thumbsdown": "👎",
    "thumbsup": "👍",
    "track_next": "⏭️",
    "vertical_traffic_light": "🚦",
    "warning": "⚠️",
    "wastebasket": "🗑️",
    "wave": "👋",
    "white_check_mark": "✅",
    "white_circle": "⚪",
    "wrench": "🔧",
    "x": "❌",
}

NAME = r":[a-z0-9_+'-]+:(?::skin-tone-[2-6]:)?"
"""How an emoji is written, as a regular expression."""

_names = re.compile(f"({NAME})").split


def emoji(name: str) -> Markup:
    """One emoji by name, with or without its colons; the name where we do not know it."""
    bare = name.strip(":").partition(":")[0]
    known = EMOJI.get(bare)
    return tag("span", known, class_="emoji", title=f":{bare}:") if known else tag("span", f":{bare}:")


def with_emoji(text: str) -> Markup:
    """Plain text with the emoji it names."""
    return NOTHING.join(emoji(part) if number % 2 else part for number, part in enumerate(_names(text)))
