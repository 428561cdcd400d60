#pragma once

#include "esphome/core/component.h"
#include "esphome/core/hal.h"

#include "hub.h"

namespace visitor_counter {

/** From one writing of all to the next: no chip can be asked whether a dip has changed it. */
static const uint32_t REFRESH_MS = 1000;

/** A display that draws the frames of a hub: at once when they change, whole, and each second. */
class Display : public esphome::PollingComponent {
 public:
  void set_hub(Hub *hub) { this->hub_ = hub; }
  float get_setup_priority() const override { return esphome::setup_priority::PROCESSOR; }

  void update() override {
    const Frame frame = this->hub_->frame(this->digits(), this->points());
    const uint32_t now_ms = esphome::millis();
    const bool is_due = !this->is_drawn_ || now_ms - this->drawn_ms_ >= REFRESH_MS;
    if (!is_due && sameFrame(frame, this->shown_)) return;
    if (this->draw(frame)) this->status_clear_warning();
    else this->status_set_warning();
    this->is_drawn_ = true;
    this->shown_ = frame;
    this->drawn_ms_ = now_ms;
  }

 protected:
  virtual uint8_t digits() const = 0;
  /** Whether they have points. */
  virtual bool points() const { return true; }
  /** Whether the chip took it. */
  virtual bool draw(const Frame &frame) = 0;

  Hub *hub_{nullptr};
  Frame shown_{};
  bool is_drawn_{false};
  uint32_t drawn_ms_{0};
};

}  // namespace visitor_counter
