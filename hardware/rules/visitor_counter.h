#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "count.h"
#include "counter.h"
#include "dimming.h"
#include "max7219_words.h"
#include "remembered.h"
#include "status_sign.h"

namespace visitor_counter {

/** A radio that has not come back by itself after so long seldom does. */
constexpr uint64_t offlineLimitMs = 10 * minuteMs;
constexpr uint64_t restartIntervalMs = 60 * minuteMs;

/** What is shown, and what is to be done about it. All times are of the clock that never jumps. */
class VisitorCounter {
 public:
  /** Begins with what was remembered: an old number until a new one comes. */
  void begin(const Count &remembered, const Dimming &dimming) {
    counter_.begin(remembered, 0);
    saved_ = counter_.count();
    dimming_ = dimming;
  }

  /**
   * Takes a number; what `show` answers: the number, or -1 for what is none, which changes nothing.
   */
  int32_t show(const char *text, size_t length, const Instant &now) {
    Reading reading = {};
    if (!parseCount(text, length, reading.count)) return -1;
    counter_.hear(reading, now, isQuiet(now));
    return answerOf(counter_.count());
  }

  const Count &count() const { return counter_.count(); }

  const Dimming &dimming() const { return dimming_; }
  void dim(const Dimming &dimming) { dimming_ = dimming; }

  /** What the digits are to show. */
  Frame look(const Instant &now) {
    Frame frame = {};
    counter_.draw(frame.segments, displayDigits, now, true);
    // After a power cut at night it is to be dark in the bedroom, too, until the time is known.
    const Level wanted =
        now.hasCalendar ? levelAt(dimming_, now.utcSeconds) : dimmestLit(dimming_);
    const Level level = fade_.towards(wanted, now.uptimeMs);
    frame.intensity = static_cast<uint8_t>(level == off ? 0 : level);
    frame.on = level != off;
    return frame;
  }

  /**
   * Whether the number is to be written down: the first one at once, then once an hour if it
   * changed.
   */
  bool isSaveDue(uint64_t uptimeMs) const {
    if (isSaved()) return false;
    return !isKnown(saved_) || uptimeMs - savedMs_ >= saveIntervalMs;
  }

  void saved(uint64_t uptimeMs) {
    saved_ = count();
    savedMs_ = uptimeMs;
  }

  /**
   * Whether to start anew, once an hour at most: the cloud has been away for long, and what would
   * be lost is written down.
   */
  bool isRestartDue(bool connected, uint64_t uptimeMs) {
    if (connected) connectedMs_ = uptimeMs;
    return uptimeMs >= restartIntervalMs && uptimeMs - connectedMs_ >= offlineLimitMs && isSaved();
  }

 private:
  bool isSaved() const { return strcmp(count().figures, saved_.figures) == 0; }

  bool isQuiet(const Instant &now) const {
    if (!now.hasCalendar) return false;
    return windowAt(dimming_, minuteOfDay(dimming_.zone, now.utcSeconds)) != nullptr;
  }

  Counter counter_;
  Count saved_ = {};
  Dimming dimming_ = usualDimming();
  Fade fade_;
  uint64_t savedMs_ = 0;
  uint64_t connectedMs_ = 0;
};

}  // namespace visitor_counter
