"""What Discord takes at most; texts in UTF-16 units, the strictest way anybody counts them."""

from __future__ import annotations

from typing import Final

# A message: its own text, its card, and what all texts of the card make together.
CONTENT_LIMIT: Final = 2_000
TITLE_LIMIT: Final = 256
DESCRIPTION_LIMIT: Final = 4_096
FIELD_NAME_LIMIT: Final = 256
FIELD_LIMIT: Final = 1_024
FIELDS_LIMIT: Final = 25
MESSAGE_LIMIT: Final = 6_000
# What a picture shows, in words.
ALT_TEXT_LIMIT: Final = 1_024
# By which Discord tells a message that is sent twice.
NONCE_LENGTH: Final = 25

# What is written on a button, and how many stand in a row.
LONGEST_LABEL: Final = 80
MOST_BUTTONS: Final = 5

# What a select has to pick from.
MOST_OPTIONS: Final = 25
LONGEST_OPTION: Final = 100

# What is offered while an option of a command is typed.
MOST_CHOICES: Final = 25
LONGEST_CHOICE: Final = 100

# A form: its title, its fields, and what one of them holds.
LONGEST_FORM_TITLE: Final = 45
MOST_FIELDS: Final = 5
MOST_CHARACTERS: Final = 4_000
