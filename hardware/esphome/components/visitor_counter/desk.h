#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "counter.h"
#include "dimming.h"
#include "frame.h"
#include "remembered.h"

// What a desk shows of the numbers that it hears. Nothing of ESPHome is in it.
namespace visitor_counter {

constexpr uint8_t maxCounters = 4;

/** A moment, and the minute of the local day where there is a calendar. */
struct LocalInstant : Instant {
  int32_t minuteOfDay;
};

/** What outlives a power cut. */
struct Memory {
  struct {
    Count count;
    uint32_t asOf;
  } counters[maxCounters];
  Level level;
  uint8_t isLit;
  uint8_t chosen;
};

/** Several numbers of which one is shown, its brightness, and what is to be written down. */
class Desk {
 public:
  /** @param freshForMs how long a number is taken for new after it came */
  void begin(uint8_t counters, uint64_t freshForMs, const Dimming &dimming) {
    counterCount_ = counters < maxCounters ? counters : maxCounters;
    for (Counter &counter : counters_) counter = Counter(freshForMs);
    dimming_ = dimming;
    isLit_ = dimming.level != off;
    if (!isLit_) dimming_.level = usualLevel;
    saved_ = memory();
  }

  /** Goes on with what was remembered, as far as it can be true. */
  void recall(const Memory &memory) {
    for (uint8_t i = 0; i < counterCount_; ++i) {
      counters_[i].begin(memory.counters[i].count, memory.counters[i].asOf);
    }
    if (memory.level >= 0 && memory.level <= brightest) dimming_.level = memory.level;
    isLit_ = memory.isLit != 0;
    choose(memory.chosen);
    saved_ = this->memory();
  }

  /**
   * Takes what came for a counter; false, changing nothing, for what is no reading. An empty text
   * says that the reading is not offered any more: its number is old from then on.
   */
  bool hear(uint8_t index, const char *text, size_t length, const LocalInstant &now) {
    if (index >= counterCount_) return false;
    if (length == 0) {
      counters_[index].withdraw();
      return true;
    }
    Reading reading = {};
    if (!parseReading(text, length, reading)) return false;
    counters_[index].hear(reading, now, now.hasCalendar && windowNow(now) != nullptr);
    return true;
  }

  /** Whether who sends the numbers is there: without it they are old. */
  void setOnline(bool online) { isOnline_ = online; }

  /** Which counter is shown, the first at first. */
  uint8_t chosen() const { return chosen_; }
  void choose(uint8_t index) {
    if (index < counterCount_) chosen_ = index;
  }

  /** Brightness outside the windows, from 0 to 15. */
  Level level() const { return dimming_.level; }
  void setLevel(Level level) {
    if (level >= 0 && level <= brightest) dimming_.level = level;
  }

  /** Whether there is light outside the windows that are dark. */
  bool isLit() const { return isLit_; }
  void setLit(bool isLit) { isLit_ = isLit; }

  const Count &count() const { return counters_[chosen_].count(); }
  bool isOld(const Instant &now) const { return !counters_[chosen_].isFresh(now, isOnline_); }
  bool hasSign(const Instant &now) const { return counters_[chosen_].hasSign(now, isOnline_); }

  /** What so many digits are to show, at most 8, with points or without. */
  Frame look(uint8_t digits, const LocalInstant &now, bool points = true) {
    Frame frame = {};
    counters_[shown(now)].draw(frame.segments, digits, now, isOnline_, points);
    const DimWindow *window = now.hasCalendar ? windowNow(now) : nullptr;
    const Level usual = isLit_ ? dimming_.level : off;
    const Level level = fade_.towards(window == nullptr ? usual : window->level, now.uptimeMs);
    frame.intensity = static_cast<uint8_t>(level == off ? 0 : level);
    frame.on = level != off;
    return frame;
  }

  Memory memory() const {
    Memory memory = {};
    for (uint8_t i = 0; i < counterCount_; ++i) {
      memory.counters[i].count = counters_[i].count();
      memory.counters[i].asOf = counters_[i].asOf();
    }
    memory.level = dimming_.level;
    memory.isLit = isLit_ ? 1 : 0;
    memory.chosen = chosen_;
    return memory;
  }

  /** Whether to write down: the first number at once, then once an hour if anything changed. */
  bool isSaveDue(uint64_t uptimeMs) const {
    if (isSaved()) return false;
    return !isAnySaved() || uptimeMs - savedMs_ >= saveIntervalMs;
  }

  void saved(uint64_t uptimeMs) {
    saved_ = memory();
    savedMs_ = uptimeMs;
  }

 private:
  const DimWindow *windowNow(const LocalInstant &now) const {
    return windowAt(dimming_, now.minuteOfDay);
  }

  /** One that celebrates comes to the front. */
  uint8_t shown(const Instant &now) const {
    for (uint8_t i = 0; i < counterCount_; ++i) {
      if (counters_[i].isCelebrating(now)) return i;
    }
    return chosen_;
  }

  bool isAnySaved() const {
    for (uint8_t i = 0; i < counterCount_; ++i) {
      if (isKnown(saved_.counters[i].count)) return true;
    }
    return false;
  }

  /** A number that is only confirmed is no reason to write. */
  bool isSaved() const {
    for (uint8_t i = 0; i < counterCount_; ++i) {
      const Count &count = counters_[i].count();
      if (strcmp(count.figures, saved_.counters[i].count.figures) != 0) return false;
    }
    return saved_.level == dimming_.level && (saved_.isLit != 0) == isLit_ &&
           saved_.chosen == chosen_;
  }

  Counter counters_[maxCounters];
  uint8_t counterCount_ = 1;
  uint8_t chosen_ = 0;
  bool isOnline_ = true;
  Dimming dimming_ = usualDimming();
  bool isLit_ = true;
  Fade fade_;
  Memory saved_ = {};
  uint64_t savedMs_ = 0;
};

}  // namespace visitor_counter
