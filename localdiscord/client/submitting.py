"""What a client sends when somebody chooses in a select or sends a form off."""

from __future__ import annotations

from collections.abc import Mapping

from localdiscord.client.answers import Modal
from localdiscord.client.typing_in import resolve_entity
from localdiscord.rules.component_types import (
    ACTION_ROW,
    CHECKBOX,
    FILE_UPLOAD,
    LABEL,
    RADIO_GROUP,
    TEXT_INPUT,
)
from localdiscord.rules.errors import DriverError
from localdiscord.rules.wire import JsonObject
from localdiscord.world.components import Field, Select
from localdiscord.world.files import Upload
from localdiscord.world.model import Channel
from localdiscord.world.world import World


def picked(select: Select, values: list[object], *, raw: bool) -> list[object]:
    """Return the values of what was chosen by value or label.

    Raises:
        DriverError: the select is disabled, does not offer it, or takes another number of them.
    """
    by_label = {option.label: option.value for option in select.options}
    offered = set(by_label.values())
    found = [
        value
        if value in offered
        else by_label.get(str(value), value)
        if isinstance(value, str)
        else value
        for value in values
    ]
    if raw:
        return found
    if select.disabled:
        message = "The select is disabled."
        raise DriverError(message)
    for value in found:
        if select.options and value not in offered:
            message = f"The select does not offer “{value}”, only: {', '.join(by_label)}."
            raise DriverError(message)
    if not select.min_values <= len(found) <= select.max_values:
        message = f"The select takes {select.min_values} to {select.max_values} choices."
        raise DriverError(message)
    return found


def modal_data(
    modal: Modal,
    values: Mapping[str, object],
    world: World,
    *,
    raw: bool,
) -> JsonObject:
    """Return the data of a form's submission.

    Raises:
        DriverError: a field is not there, or a client would not take what is in it.
    """
    given = {modal.field(name).custom_id: value for name, value in values.items()}
    filled = {}
    for field in modal.fields:
        left_alone = _left_alone(field, modal.interaction.channel)
        filled[field.custom_id] = given.get(field.custom_id, left_alone)
        if not raw:
            _check(field, filled[field.custom_id])
    resolved: JsonObject = {}
    channel = modal.interaction.channel
    components = []
    for item in modal.components:
        sent: JsonObject = {"type": item["type"], "id": item.get("id") or 0}
        if item["type"] == LABEL:
            sent["component"] = _sent(item["component"], filled, resolved, channel, world)
        elif item["type"] == ACTION_ROW:
            sent["components"] = [
                _sent(child, filled, resolved, channel, world) for child in item["components"]
            ]
        components.append(sent)
    data: JsonObject = {"custom_id": modal.custom_id, "components": components}
    if resolved:
        data["resolved"] = resolved
    return data


def _left_alone(field: Field, channel: Channel) -> object:
    if field.kind == TEXT_INPUT:
        return field.value
    if field.people:
        members = channel.guild.members
        return [members[user_id] for user_id in field.people if user_id in members]
    defaults = [option.value for option in field.options if option.default]
    if field.kind == RADIO_GROUP:
        return defaults[0] if defaults else None
    return False if field.kind == CHECKBOX else defaults


def _check(field: Field, value: object) -> None:
    if field.required and not value and field.kind != CHECKBOX:
        message = f"“{field.label}” is required."
        raise DriverError(message)
    if not isinstance(value, str) or field.kind != TEXT_INPUT:
        return
    if value and not field.min_length <= len(value) <= field.max_length:
        limits = f"{field.min_length} to {field.max_length} characters, not {len(value)}"
        message = f"“{field.label}” takes {limits}."
        raise DriverError(message)


def _sent(
    item: JsonObject,
    filled: Mapping[str, object],
    resolved: JsonObject,
    channel: Channel,
    world: World,
) -> JsonObject:
    value = filled[item["custom_id"]]
    sent: JsonObject = {
        "type": item["type"],
        "id": item.get("id") or 0,
        "custom_id": item["custom_id"],
    }
    if item["type"] in (TEXT_INPUT, RADIO_GROUP, CHECKBOX):
        sent["value"] = value
        return sent
    values = list(value) if isinstance(value, list | tuple) else [value]
    if item["type"] == FILE_UPLOAD:
        sent["values"] = [_uploaded(upload, resolved, channel, world) for upload in values]
        return sent
    sent["values"] = [resolve_entity(resolved, one, channel) for one in values]
    return sent


def _uploaded(upload: object, resolved: JsonObject, channel: Channel, world: World) -> str:
    if not isinstance(upload, Upload):
        message = "A file field takes Uploads."
        raise DriverError(message)
    attachment = world.attach(channel, upload, None)
    resolved.setdefault("attachments", {})[str(attachment.id)] = attachment.payload(ephemeral=True)
    return str(attachment.id)
