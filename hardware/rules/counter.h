#pragma once

#include <stdint.h>
#include <string.h>

#include "count.h"
#include "milestones.h"
#include "number_text.h"
#include "reading.h"
#include "segment_font.h"
#include "status_sign.h"

namespace visitor_counter {

/**
 * A moment: milliseconds since the start, on a clock that never jumps, and the calendar's seconds
 * since 1970, where it is set.
 */
struct Instant {
  uint64_t uptimeMs;
  bool hasCalendar;
  uint32_t utcSeconds;
};

/** One number that is shown: what it is, how fresh, and whether it has just passed a milestone. */
class Counter {
 public:
  /** @param freshForMs how long a number is taken for new after it came */
  explicit Counter(uint64_t freshForMs = freshMs) : freshForMs_(freshForMs) {}

  /** Begins with what was remembered: an old number until a new one comes. */
  void begin(const Count &count, uint32_t asOf) {
    const size_t length = strnlen(count.figures, maxFigures);
    if (!parseCount(count.figures, length, reading_.count)) return;
    reading_.asOf = asOf;
    milestone_ = milestoneUpTo(valueOf(reading_.count));
  }

  /**
   * Takes a number as it comes in.
   *
   * @param quiet whether a milestone is passed over in silence
   */
  void hear(const Reading &reading, const Instant &now, bool quiet) {
    const bool known = isKnown(reading_.count);
    const bool older = reading.asOf != 0 && reading.asOf < reading_.asOf;
    const bool same = strcmp(reading.count.figures, reading_.count.figures) == 0;
    if (reading.stale && known && (older || (same && reading.asOf == reading_.asOf))) {
      // A bridge that has just started again serves what it remembers, and says so again and again:
      // we know of a later number, and this one is no newer for it.
      reading_.stale = true;
      return;
    }
    const uint64_t passed = milestoneUpTo(valueOf(reading.count));
    const bool rose = heard_ && valueOf(reading.count) > valueOf(reading_.count);
    if (rose && passed > milestone_ && !quiet) {
      celebrating_ = true;
      celebratedMs_ = now.uptimeMs;
    }
    if (passed > milestone_) milestone_ = passed;
    reading_ = reading;
    if (reading.asOf == 0 && now.hasCalendar) reading_.asOf = now.utcSeconds;
    heard_ = true;
    heardMs_ = now.uptimeMs;
  }

  /** Nobody vouches for the number any more; it stays until another comes. */
  void withdraw() { reading_.stale = true; }

  const Count &count() const { return reading_.count; }
  /** When the number was read, seconds since 1970; 0 while that is not known. */
  uint32_t asOf() const { return reading_.asOf; }

  /** @param online whether its sender is there */
  bool isFresh(const Instant &now, bool online) const {
    if (!heard_ || reading_.stale || !online) return false;
    if (now.uptimeMs - heardMs_ > freshForMs_) return false;
    // What a broker has kept from before a crash came just now, and is old nevertheless.
    return reading_.everyMs == 0 || ageMs(now) <= freshForMs_ + 2 * uint64_t{reading_.everyMs};
  }

  /** By the time of its reading; by the time it came where one of the two clocks is not known. */
  uint64_t ageMs(const Instant &now) const {
    const uint64_t sinceMs = now.uptimeMs - heardMs_;
    if (!now.hasCalendar || reading_.asOf == 0) return sinceMs;
    return now.utcSeconds > reading_.asOf ? uint64_t{now.utcSeconds - reading_.asOf} * 1000 : 0;
  }

  /** Whether the rightmost point is lit. */
  bool hasSign(const Instant &now, bool online) const {
    return isKnown(reading_.count) &&
           statusSign(isFresh(now, online), ageMs(now), now.uptimeMs);
  }

  bool isCelebrating(const Instant &now) const {
    return celebrating_ && now.uptimeMs - celebratedMs_ < celebrationMs;
  }

  /**
   * What so many digits show.
   *
   * @param points whether they have any: without, an old number is told by digits that go out
   */
  void draw(uint8_t *segments, uint8_t digits, const Instant &now, bool online,
            bool points = true) const {
    toSegments(numberText(reading_.count, digits, points).characters(), segments, digits);
    if (points && hasSign(now, online)) {
      segments[digits - 1] = static_cast<uint8_t>(segments[digits - 1] | decimalPoint);
    }
    const bool paused = isPaused(isFresh(now, online), ageMs(now), now.uptimeMs);
    if (!points && paused && isKnown(reading_.count)) memset(segments, 0, digits);
    if (isCelebrating(now)) {
      celebrate(segments, digits, static_cast<uint32_t>(now.uptimeMs - celebratedMs_));
    }
  }

 private:
  uint64_t freshForMs_;
  Reading reading_ = {};
  /** Whether a number has come since the start. */
  bool heard_ = false;
  uint64_t heardMs_ = 0;
  /** The greatest that was passed. */
  uint64_t milestone_ = 0;
  bool celebrating_ = false;
  uint64_t celebratedMs_ = 0;
};

}  // namespace visitor_counter
