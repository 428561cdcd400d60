#pragma once

#include <stddef.h>
#include <string.h>

namespace visitor_counter {

/** Reads a text from the left, never beyond its end. */
class TextReader {
 public:
  TextReader(const char *text, size_t length) : next_(text), end_(text + length) {}

  bool atEnd() const { return next_ == end_; }
  char peek() const { return atEnd() ? '\0' : *next_; }
  bool peekDigit() const { return peek() >= '0' && peek() <= '9'; }

  bool take(char wanted) {
    if (atEnd() || *next_ != wanted) return false;
    ++next_;
    return true;
  }

  bool take(const char *wanted) {
    const size_t length = strlen(wanted);
    if (static_cast<size_t>(end_ - next_) < length) return false;
    if (memcmp(next_, wanted, length) != 0) return false;
    next_ += length;
    return true;
  }

  /** A number of so many digits; false when it has fewer or more, or is above the greatest. */
  bool number(int minLength, int maxLength, int greatest, int &value) {
    int read = 0;
    int digits = 0;
    for (; digits < maxLength && peekDigit(); ++digits) read = read * 10 + (*next_++ - '0');
    if (digits < minLength || peekDigit() || read > greatest) return false;
    value = read;
    return true;
  }

  void skip() {
    if (!atEnd()) ++next_;
  }

  /** What is read next, and how much of it there is. */
  const char *rest() const { return next_; }
  size_t restLength() const { return static_cast<size_t>(end_ - next_); }

 private:
  const char *next_;
  const char *end_;
};

}  // namespace visitor_counter
