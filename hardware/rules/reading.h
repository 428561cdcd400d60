#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "count.h"
#include "local_zone.h"
#include "text_reader.h"

// What a bridge sends: the body of /count or /v1/count, or the payload of a reading's attributes at
// a broker. Digits are taken as they are written: no number of C++ stands between them and the
// display.
namespace visitor_counter {

/** A number, and what its sender says of it. */
struct Reading {
  Count count;
  /** The sender takes it for old. */
  bool stale;
  /** When it was read, seconds since 1970; 0 where the sender does not say. */
  uint32_t asOf;
  /** From one read of it to the next; 0 where the sender does not say. */
  uint32_t everyMs;
};

inline bool isSpace(char character) {
  return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

inline void skipSpace(TextReader &text) {
  while (isSpace(text.peek())) text.skip();
}

/** A piece of a text: of a string what stands between its quotes, escapes as they are written. */
struct Piece {
  const char *start;
  size_t length;

  bool is(const char *wanted) const {
    return strlen(wanted) == length && memcmp(wanted, start, length) == 0;
  }
};

inline bool takeString(TextReader &text, Piece &piece) {
  if (!text.take('"')) return false;
  piece.start = text.rest();
  while (!text.atEnd() && text.peek() != '"') {
    if (text.take('\\') && text.atEnd()) return false;
    text.skip();
  }
  piece.length = static_cast<size_t>(text.rest() - piece.start);
  return text.take('"');
}

/** A list or an object, of which nothing is wanted. */
inline bool skipNested(TextReader &text) {
  size_t depth = 0;
  do {
    if (text.atEnd()) return false;
    Piece ignored = {};
    if (text.peek() == '"') {
      if (!takeString(text, ignored)) return false;
      continue;
    }
    if (text.peek() == '{' || text.peek() == '[') ++depth;
    if (text.peek() == '}' || text.peek() == ']') --depth;
    text.skip();
  } while (depth > 0);
  return true;
}

/** A string, or what is written without quotes: a number, `true`, `false`, `null`. */
inline bool takeValue(TextReader &text, Piece &piece) {
  piece = {};
  if (text.peek() == '"') return takeString(text, piece);
  if (text.peek() == '{' || text.peek() == '[') return skipNested(text);
  piece.start = text.rest();
  while (!text.atEnd() && strchr(",}] \t\r\n\"{[:", text.peek()) == nullptr) text.skip();
  piece.length = static_cast<size_t>(text.rest() - piece.start);
  return piece.length > 0;
}

/** As `2026-11-28T19:45:14.123Z`, to the second, from 1970 to 2105; false for anything else. */
inline bool parseTime(const Piece &piece, uint32_t &seconds) {
  TextReader text(piece.start, piece.length);
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!text.number(4, 4, 2105, year) || !text.take('-')) return false;
  if (!text.number(2, 2, 12, month) || !text.take('-') || !text.number(2, 2, 31, day)) return false;
  if (!text.take('T') || !text.number(2, 2, 23, hour)) return false;
  if (!text.take(':') || !text.number(2, 2, 59, minute)) return false;
  if (!text.take(':') || !text.number(2, 2, 59, second)) return false;
  if (text.take('.')) {
    while (text.peekDigit()) text.skip();
  }
  if (!text.take('Z') || !text.atEnd() || year < 1970 || month < 1 || day < 1) return false;
  const uint32_t days = static_cast<uint32_t>(daysTo(year, month, day));
  const uint32_t ofDay = static_cast<uint32_t>(hour) * 3600 + static_cast<uint32_t>(minute) * 60;
  seconds = days * 86400 + ofDay + static_cast<uint32_t>(second);
  return true;
}

/** An interval of at most ten days; anything else is left out. */
inline uint32_t millisecondsOf(const Piece &piece) {
  uint32_t ms = 0;
  if (piece.length > 9) return 0;
  for (size_t i = 0; i < piece.length; ++i) {
    if (piece.start[i] < '0' || piece.start[i] > '9') return 0;
    ms = ms * 10 + static_cast<uint8_t>(piece.start[i] - '0');
  }
  return ms;
}

/** The members of an object that are wanted; `value` must be there, and no other may be broken. */
inline bool takeDocument(TextReader &text, Reading &reading) {
  bool hasValue = false;
  if (!text.take('{')) return false;
  skipSpace(text);
  while (!text.take('}')) {
    Piece key = {};
    Piece value = {};
    if (!takeString(text, key)) return false;
    skipSpace(text);
    if (!text.take(':')) return false;
    skipSpace(text);
    if (!takeValue(text, value)) return false;
    skipSpace(text);
    if (key.is("value")) {
      hasValue = parseCount(value.start, value.length, reading.count);
      if (!hasValue) return false;
    }
    if (key.is("stale")) reading.stale = value.is("true");
    if (key.is("asOf") && !parseTime(value, reading.asOf)) return false;
    if (key.is("everyMs")) reading.everyMs = millisecondsOf(value);
    if (text.peek() != '}' && !text.take(',')) return false;
    skipSpace(text);
  }
  return hasValue;
}

/**
 * Reads digits or a document. Of anything else (half of a document, a number with a sign or a
 * fraction, a page of HTML) nothing is taken: it returns false and leaves the reading as it is.
 */
inline bool parseReading(const char *text, size_t length, Reading &reading) {
  TextReader reader(text, length);
  Reading read = {};
  skipSpace(reader);
  if (reader.peek() == '{') {
    if (!takeDocument(reader, read)) return false;
    skipSpace(reader);
    if (!reader.atEnd()) return false;
  } else {
    size_t figures = reader.restLength();
    while (figures > 0 && isSpace(reader.rest()[figures - 1])) --figures;
    if (!parseCount(reader.rest(), figures, read.count)) return false;
  }
  reading = read;
  return true;
}

}  // namespace visitor_counter
