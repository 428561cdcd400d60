"""Displays of a visitor counter: each draws the frames of its hub, all of the chip each second."""

import esphome.codegen as cg
import esphome.config_validation as cv
from esphome import pins
from esphome.components import i2c, spi
from esphome.const import CONF_CLK_PIN, CONF_DIO_PIN, CONF_ID, CONF_TYPE

from . import Hub, visitor_counter_ns

DEPENDENCIES = ["visitor_counter"]

CONF_DECIMAL_POINTS = "decimal_points"
CONF_DIGIT_ORDER = "digit_order"
CONF_DIGITS = "digits"
CONF_STB_PIN = "stb_pin"
CONF_VISITOR_COUNTER_ID = "visitor_counter_id"

# The chip's own position of each place, leftmost first, as the usual modules are wired.
USUAL_ORDER = {4: [0, 1, 2, 3], 6: [2, 1, 0, 5, 4, 3]}

Ht16k33Display = visitor_counter_ns.class_("Ht16k33Display", cg.PollingComponent, i2c.I2CDevice)
Max7219Display = visitor_counter_ns.class_("Max7219Display", cg.PollingComponent, spi.SPIDevice)
Tm1637Display = visitor_counter_ns.class_("Tm1637Display", cg.PollingComponent)
Tm1638Display = visitor_counter_ns.class_("Tm1638Display", cg.PollingComponent)


def display_schema(display):
    return cv.Schema(
        {
            cv.GenerateID(): cv.declare_id(display),
            cv.GenerateID(CONF_VISITOR_COUNTER_ID): cv.use_id(Hub),
        }
    ).extend(cv.polling_component_schema("50ms"))


def validate_digit_order(config):
    order = config.get(CONF_DIGIT_ORDER)
    digits = config[CONF_DIGITS]
    if order is not None and sorted(order) != list(range(1, digits + 1)):
        raise cv.Invalid(
            f"digit_order names each of 1 to {digits} once, as they stand from the left",
            path=[CONF_DIGIT_ORDER],
        )
    return config


CONFIG_SCHEMA = cv.typed_schema(
    {
        "max7219": display_schema(Max7219Display).extend(
            spi.spi_device_schema(cs_pin_required=True)
        ),
        "ht16k33": display_schema(Ht16k33Display).extend(i2c.i2c_device_schema(0x70)),
        "tm1637": cv.All(
            display_schema(Tm1637Display).extend(
                {
                    cv.Required(CONF_CLK_PIN): pins.gpio_output_pin_schema,
                    cv.Required(CONF_DIO_PIN): pins.gpio_output_pin_schema,
                    cv.Optional(CONF_DIGITS, default=4): cv.one_of(4, 6, int=True),
                    # With 4 digits most modules are made for clocks: a colon, and no points.
                    cv.Optional(CONF_DECIMAL_POINTS): cv.boolean,
                    cv.Optional(CONF_DIGIT_ORDER): cv.ensure_list(cv.int_range(min=1, max=6)),
                }
            ),
            validate_digit_order,
        ),
        "tm1638": display_schema(Tm1638Display).extend(
            {
                cv.Required(CONF_STB_PIN): pins.gpio_output_pin_schema,
                cv.Required(CONF_CLK_PIN): pins.gpio_output_pin_schema,
                cv.Required(CONF_DIO_PIN): pins.gpio_output_pin_schema,
            }
        ),
    }
)


async def to_code(config):
    var = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(var, config)
    cg.add(var.set_hub(await cg.get_variable(config[CONF_VISITOR_COUNTER_ID])))
    chip = config[CONF_TYPE]
    cg.add_define(f"USE_VISITOR_COUNTER_{chip.upper()}")
    if chip == "max7219":
        await spi.register_spi_device(var, config)
    if chip == "ht16k33":
        await i2c.register_i2c_device(var, config)
    for key in (CONF_STB_PIN, CONF_CLK_PIN, CONF_DIO_PIN):
        if key in config:
            pin = await cg.gpio_pin_expression(config[key])
            cg.add(getattr(var, f"set_{key}")(pin))
    if chip == "tm1637":
        digits = config[CONF_DIGITS]
        own = config.get(CONF_DIGIT_ORDER)
        order = USUAL_ORDER[digits] if own is None else [place - 1 for place in own]
        cg.add(var.set_digit_order(order))
        cg.add(var.set_decimal_points(config.get(CONF_DECIMAL_POINTS, digits != 4)))
