#include "hub.h"

#include "esphome/core/hal.h"
#include "esphome/core/log.h"

namespace visitor_counter {

static const char *const TAG = "visitor_counter";

void Hub::setup() {
  this->ticks_ms_ = esphome::millis();
  Dimming dimming = usualDimming();
  bool valid = parseBrightness(this->brightness_, strlen(this->brightness_), dimming);
  if (!parseDimming(this->dim_, strlen(this->dim_), dimming)) valid = false;
  if (!valid) ESP_LOGE(TAG, "brightness or dim is not understood, and left out");
  this->desk_.begin(static_cast<uint8_t>(this->names_.size()), this->fresh_for_ms_, dimming);

  // In flash: the memory of the clock, the ESP8266's usual place, does not outlast the supply.
  this->stored_ = esphome::global_preferences->make_preference<Memory>(this->memory_key_, true);
  Memory memory = {};
  if (this->stored_.load(&memory)) this->desk_.recall(memory);
}

void Hub::loop() {
  const uint64_t now_ms = this->now_().uptimeMs;
  if (!this->desk_.isSaveDue(now_ms)) return;
  const Memory memory = this->desk_.memory();
  this->stored_.save(&memory);
  // Else it is up to flash_write_interval, a minute.
  esphome::global_preferences->sync();
  this->desk_.saved(now_ms);
}

void Hub::dump_config() {
  ESP_LOGCONFIG(TAG, "Visitor counter:");
  for (const char *name : this->names_) ESP_LOGCONFIG(TAG, "  Counter: %s", name);
  ESP_LOGCONFIG(TAG, "  Brightness: %s, dim: %s", this->brightness_, this->dim_);
  ESP_LOGCONFIG(TAG, "  Last number: %s", this->desk_.count().figures);
}

bool Hub::hear(const char *counter, const std::string &text) {
  const bool taken =
      this->desk_.hear(this->index_of_(counter), text.data(), text.size(), this->now_());
  if (!taken) ESP_LOGW(TAG, "%s: no number, but \"%.40s\"", counter, text.c_str());
  return taken;
}

void Hub::show(const std::string &counter) { this->desk_.choose(this->index_of_(counter.c_str())); }

std::string Hub::text(uint8_t digits) {
  if (digits < 1 || digits > maxDigits || !this->on()) return "";
  std::string text = numberText(this->desk_.count(), digits).characters();
  if (this->desk_.hasSign(this->now_())) text += '.';
  return text;
}

LocalInstant Hub::now_() {
  const uint32_t ticks_ms = esphome::millis();
  this->uptime_ms_ += static_cast<uint32_t>(ticks_ms - this->ticks_ms_);
  this->ticks_ms_ = ticks_ms;
  LocalInstant now = {};
  now.uptimeMs = this->uptime_ms_;
#ifdef USE_TIME
  if (this->clock_ != nullptr) {
    const esphome::ESPTime local = this->clock_->now();
    now.hasCalendar = local.is_valid();
    now.utcSeconds = static_cast<uint32_t>(local.timestamp);
    now.minuteOfDay = local.hour * 60 + local.minute;
  }
#endif
  return now;
}

uint8_t Hub::index_of_(const char *counter) const {
  uint8_t index = 0;
  while (index < this->names_.size() && strcmp(this->names_[index], counter) != 0) ++index;
  return index;
}

}  // namespace visitor_counter
