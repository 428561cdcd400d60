#pragma once

// What of ESPHome's core the component uses, for a compiler of the host: names and types are those
// of github.com/esphome/esphome (2024.11 and 2026.1).

#include <stddef.h>
#include <stdint.h>

namespace esphome {

namespace setup_priority {
constexpr float HARDWARE = 800.0f;
constexpr float PROCESSOR = 400.0f;
}  // namespace setup_priority

class Component {
 public:
  virtual ~Component() = default;
  virtual void setup() {}
  virtual void loop() {}
  virtual void dump_config() {}
  virtual float get_setup_priority() const { return 600.0f; }
  void status_set_warning() { this->has_warning_ = true; }
  void status_clear_warning() { this->has_warning_ = false; }
  bool status_has_warning() const { return this->has_warning_; }

 private:
  bool has_warning_{false};
};

class PollingComponent : public Component {
 public:
  virtual void update() = 0;
};

}  // namespace esphome
