"""The visitor counter as a hub of ESPHome: what it hears, displays draw."""

import re
import zlib

import esphome.codegen as cg
import esphome.config_validation as cv
from esphome.components import time
from esphome.const import CONF_BRIGHTNESS, CONF_ID, CONF_TIME_ID

CODEOWNERS = []
MULTI_CONF = True

CONF_COUNTERS = "counters"
CONF_DIM = "dim"
CONF_FRESH_FOR = "fresh_for"
CONF_SITE = "site"

# Those of desk.h and dimming.h.
MOST_COUNTERS = 4
MOST_WINDOWS = 4

LEVEL = r"(?:off|[0-9]|1[0-5])"
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
WINDOW = re.compile(rf"{TIME}-{TIME}={LEVEL}")

# Its namespace in C++ is not within esphome's: no id can be called as a component that is loaded.
visitor_counter_ns = cg.global_ns.namespace("visitor_counter")
Hub = visitor_counter_ns.class_("Hub", cg.Component)


def validate_brightness(value):
    # YAML reads a bare `off` as false.
    text = "off" if value is False else str(value)
    if not re.fullmatch(LEVEL, text):
        raise cv.Invalid("brightness is `off`, or a step from 0 (dim, yet lit) to 15")
    return text


def validate_dim(value):
    text = cv.string_strict(value)
    windows = text.split(",")
    if len(windows) > MOST_WINDOWS or not all(WINDOW.fullmatch(each) for each in windows):
        raise cv.Invalid(
            f"dim is one to {MOST_WINDOWS} windows in local time, as 22:00-07:00=off,19:00-22:00=1"
        )
    return text


def validate_clock(config):
    if CONF_DIM in config and CONF_TIME_ID not in config:
        raise cv.Invalid("dim needs time_id: the clock that says the local time")
    return config


CONFIG_SCHEMA = cv.All(
    cv.Schema(
        {
            cv.GenerateID(): cv.declare_id(Hub),
            cv.Optional(CONF_TIME_ID): cv.use_id(time.RealTimeClock),
            cv.Optional(CONF_COUNTERS, default=["visitors.total"]): cv.All(
                cv.ensure_list(cv.string_strict), cv.Length(min=1, max=MOST_COUNTERS)
            ),
            # Whose numbers these are: of another site none is remembered.
            cv.Optional(CONF_SITE, default=""): cv.string_strict,
            # How long a number is taken for new after it came.
            cv.Optional(CONF_FRESH_FOR, default="150s"): cv.positive_time_period_milliseconds,
            cv.Optional(CONF_BRIGHTNESS, default="3"): validate_brightness,
            cv.Optional(CONF_DIM): validate_dim,
        }
    ).extend(cv.COMPONENT_SCHEMA),
    validate_clock,
)


async def to_code(config):
    var = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(var, config)
    counters = config[CONF_COUNTERS]
    for counter in counters:
        cg.add(var.add_counter(counter))
    remembered = "\n".join([config[CONF_ID].id, config[CONF_SITE], *counters])
    cg.add(var.set_memory_key(zlib.crc32(remembered.encode())))
    cg.add(var.set_fresh_for(config[CONF_FRESH_FOR]))
    cg.add(var.set_usual_brightness(config[CONF_BRIGHTNESS]))
    if CONF_DIM in config:
        cg.add(var.set_dim(config[CONF_DIM]))
    if CONF_TIME_ID in config:
        cg.add(var.set_time(await cg.get_variable(config[CONF_TIME_ID])))
