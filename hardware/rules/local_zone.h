#pragma once

#include <stdint.h>

#include "text_reader.h"

// Local time by the rule of a POSIX TZ text, as `CET-1CEST,M3.5.0,M10.5.0/3`: Device OS knows of no
// rules for summer time (IEEE 1003.1, Environment Variables, TZ).
namespace visitor_counter {

constexpr int32_t minutesOfDay = 24 * 60;

/** A day of the year: the n-th such weekday of a month (5: the last), at a local time. */
struct ZoneChange {
  uint8_t month;
  uint8_t week;
  /** 0 is Sunday. */
  uint8_t weekday;
  uint8_t unused;
  int16_t minute;
};

/** Minutes east of UTC, the whole year when there is no summer time. All zero is UTC. */
struct Zone {
  int16_t standardMinutes;
  int16_t summerMinutes;
  int16_t hasSummer;
  ZoneChange summerStart;
  ZoneChange summerEnd;
};

/** Days from 1970-01-01 to a later day of the Gregorian calendar; month 13 is the next January. */
inline int32_t daysTo(int32_t year, int32_t month, int32_t day) {
  // Years that begin in March have the leap day last.
  const int32_t y = month <= 2 ? year - 1 : year;
  const int32_t m = month <= 2 ? month + 9 : month - 3;
  return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

inline int32_t yearOf(int32_t days) {
  int32_t year = 1970 + days / 366;
  while (daysTo(year + 1, 1, 1) <= days) ++year;
  return year;
}

/** Minutes from 1970 to a change in a year, on the local clock. */
inline int32_t localMinuteOf(const ZoneChange &change, int32_t year) {
  const int32_t first = daysTo(year, change.month, 1);
  const int32_t next = daysTo(year, change.month + 1, 1);
  // 1970-01-01 was a Thursday.
  const int32_t weekdayOfFirst = (first + 4) % 7;
  int32_t day = first + (change.weekday - weekdayOfFirst + 7) % 7 + (change.week - 1) * 7;
  while (day >= next) day -= 7;
  return day * minutesOfDay + change.minute;
}

inline bool isSummer(const Zone &zone, int32_t utcMinutes) {
  if (!zone.hasSummer) return false;
  const int32_t year = yearOf((utcMinutes + zone.standardMinutes) / minutesOfDay);
  const int32_t start = localMinuteOf(zone.summerStart, year) - zone.standardMinutes;
  const int32_t end = localMinuteOf(zone.summerEnd, year) - zone.summerMinutes;
  // South of the equator the year begins in summer.
  if (start < end) return utcMinutes >= start && utcMinutes < end;
  return utcMinutes >= start || utcMinutes < end;
}

/** Minutes since local midnight. */
inline int32_t minuteOfDay(const Zone &zone, uint32_t utcSeconds) {
  const int32_t utcMinutes = static_cast<int32_t>(utcSeconds / 60);
  const int32_t offset = isSummer(zone, utcMinutes) ? zone.summerMinutes : zone.standardMinutes;
  return (utcMinutes + offset + minutesOfDay) % minutesOfDay;
}

/** Letters, or anything but a space between < and >. */
inline bool takeZoneName(TextReader &text) {
  int length = 0;
  if (text.take('<')) {
    for (; !text.atEnd() && text.peek() != '>' && text.peek() != ' '; ++length) text.skip();
    return length >= 3 && text.take('>');
  }
  for (;; ++length) {
    const char letter = text.peek();
    if ((letter < 'A' || letter > 'Z') && (letter < 'a' || letter > 'z')) return length >= 3;
    text.skip();
  }
}

/** `h`, `hh:mm` or `hh:mm:ss` with a sign, as minutes. */
inline bool takeZoneTime(TextReader &text, int maxHours, int16_t &minutes) {
  const bool negative = text.take('-');
  if (!negative) text.take('+');
  int hours = 0;
  int rest = 0;
  int seconds = 0;
  if (!text.number(1, maxHours > 99 ? 3 : 2, maxHours, hours)) return false;
  if (text.take(':') && !text.number(2, 2, 59, rest)) return false;
  if (text.take(':') && !text.number(2, 2, 59, seconds)) return false;
  const int total = hours * 60 + rest;
  minutes = static_cast<int16_t>(negative ? -total : total);
  return true;
}

inline bool takeZoneChange(TextReader &text, ZoneChange &change) {
  int month = 0;
  int week = 0;
  int weekday = 0;
  if (!text.take(",M") || !text.number(1, 2, 12, month) || month < 1) return false;
  if (!text.take('.') || !text.number(1, 1, 5, week) || week < 1) return false;
  if (!text.take('.') || !text.number(1, 1, 6, weekday)) return false;
  change.month = static_cast<uint8_t>(month);
  change.week = static_cast<uint8_t>(week);
  change.weekday = static_cast<uint8_t>(weekday);
  change.minute = 2 * 60;
  return !text.take('/') || takeZoneTime(text, 167, change.minute);
}

/**
 * Reads a zone to the end of the text; false, leaving the zone alone, when it is none of this form.
 */
inline bool parseZone(TextReader text, Zone &zone) {
  Zone read = {};
  int16_t west = 0;
  if (!takeZoneName(text) || !takeZoneTime(text, 24, west)) return false;
  read.standardMinutes = static_cast<int16_t>(-west);
  if (!text.atEnd()) {
    if (!takeZoneName(text)) return false;
    west = static_cast<int16_t>(west - 60);
    if (text.peek() != ',' && !takeZoneTime(text, 24, west)) return false;
    read.summerMinutes = static_cast<int16_t>(-west);
    read.hasSummer = 1;
    if (!takeZoneChange(text, read.summerStart)) return false;
    if (!takeZoneChange(text, read.summerEnd)) return false;
  }
  if (!text.atEnd()) return false;
  zone = read;
  return true;
}

}  // namespace visitor_counter
