#pragma once

#include <stddef.h>
#include <stdint.h>

namespace esphome {

/** Of the one memory that is made; saved is what is synced. */
class ESPPreferenceObject {
 public:
  template <typename T>
  bool save(const T *source) {
    return this->save_(source, sizeof(T));
  }
  template <typename T>
  bool load(T *target) {
    return this->load_(target, sizeof(T));
  }

 private:
  bool save_(const void *source, size_t length);
  bool load_(void *target, size_t length);
};

class ESPPreferences {
 public:
  template <typename T>
  ESPPreferenceObject make_preference(uint32_t type, bool in_flash) {
    this->made(type, in_flash);
    return {};
  }
  bool sync();

 private:
  void made(uint32_t type, bool in_flash);
};

extern ESPPreferences *global_preferences;

}  // namespace esphome
