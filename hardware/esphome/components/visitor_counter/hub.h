#pragma once

#include <string>
#include <vector>

#include "esphome/core/component.h"
#include "esphome/core/defines.h"
#include "esphome/core/preferences.h"
#ifdef USE_TIME
#include "esphome/components/time/real_time_clock.h"
#endif

#include "desk.h"

namespace visitor_counter {

/** The desk as a component of ESPHome: clock, flash, configuration. The rules are in desk.h. */
class Hub : public esphome::Component {
 public:
  // From the configuration.
  void add_counter(const char *name) { this->names_.push_back(name); }
  void set_usual_brightness(const char *text) { this->brightness_ = text; }
  void set_dim(const char *text) { this->dim_ = text; }
  void set_fresh_for(uint32_t ms) { this->fresh_for_ms_ = ms; }
  /** Tells the memories of two configurations apart. */
  void set_memory_key(uint32_t key) { this->memory_key_ = key; }
#ifdef USE_TIME
  void set_time(esphome::time::RealTimeClock *clock) { this->clock_ = clock; }
#endif

  void setup() override;
  void loop() override;
  void dump_config() override;
  /** Before the displays, which draw at once. */
  float get_setup_priority() const override { return esphome::setup_priority::HARDWARE; }

  /**
   * Takes the body of /count or /v1/count, or the payload of a reading or of its attributes at a
   * broker; false for what is no reading, which changes nothing. An empty one makes its number old.
   */
  bool hear(const char *counter, const std::string &text);
  /** Takes the payload of a site's status at a broker: without its bridge a number is old. */
  void hear_status(const std::string &status) { this->desk_.setOnline(status == "online"); }

  /** What the first so many digits of a display are to show. */
  Frame frame(uint8_t digits, bool points = true) {
    return this->desk_.look(digits, this->now_(), points);
  }
  /** So many characters, and a point where there is one; empty while the display is to be dark. */
  std::string text(uint8_t digits);
  /** Step of brightness from 0 to 15. */
  uint8_t intensity() { return this->frame(1).intensity; }
  /** Dark as a whole is not the same as the dimmest step. */
  bool on() { return this->frame(1).on; }
  /** The figures alone, as for a text sensor; empty while none is known. */
  std::string count() const { return this->desk_.count().figures; }
  /** Whether nobody vouches for the number that is shown. */
  bool old() { return this->desk_.isOld(this->now_()); }

  /** Which counter is shown, by its name. */
  std::string shown() const { return this->names_[this->desk_.chosen()]; }
  void show(const std::string &counter);
  /** The brightness outside the windows of `dim`, from 0 to 15. */
  int brightness() const { return this->desk_.level(); }
  void set_brightness(int level) { this->desk_.setLevel(static_cast<Level>(level)); }
  /** Whether there is light outside the windows of `dim` that are dark. */
  bool lit() const { return this->desk_.isLit(); }
  void set_lit(bool lit) { this->desk_.setLit(lit); }

 protected:
  LocalInstant now_();
  /** The place of a counter in the list; what is none is past its end. */
  uint8_t index_of_(const char *counter) const;

  std::vector<const char *> names_;
  const char *brightness_{"3"};
  const char *dim_{"none"};
  uint32_t fresh_for_ms_{0};
  uint32_t memory_key_{0};
#ifdef USE_TIME
  esphome::time::RealTimeClock *clock_{nullptr};
#endif
  Desk desk_;
  esphome::ESPPreferenceObject stored_;
  /** What `millis()` counts, without falling back to 0 after 49 days. */
  uint64_t uptime_ms_{0};
  uint32_t ticks_ms_{0};
};

}  // namespace visitor_counter
