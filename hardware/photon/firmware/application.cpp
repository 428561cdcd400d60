// The visitor counter alone on a Photon (Device OS 2.3.1, 3.3.1) or a Photon 2 (5.x, 6.x): numbers
// come from the Particle Cloud, the display is on the pins of the SPI. All rules are in the
// headers.
#include "Particle.h"

#include "remembered.h"
#include "visitor_counter.h"

SYSTEM_MODE(SEMI_AUTOMATIC);
// The usual thing from 6.2.0 on, where saying so gives a warning.
#ifndef SYSTEM_VERSION_v620
SYSTEM_THREAD(ENABLED);
#endif

namespace {

const char eventName[] = "visitors/count";
constexpr uint64_t refreshMs = 1000;
constexpr unsigned watchdogMs = 60000;
// Its own 512 bytes are too few to reset from.
constexpr unsigned watchdogStackBytes = 1536;
constexpr int countAddress = 0;
constexpr int dimmingAddress = 64;
static_assert(sizeof(desk::Remembered<desk::Count>) <= dimmingAddress, "they would overlap");

desk::VisitorCounter counter;
desk::Frame shownFrame;
int shown = -1;
ApplicationWatchdog *watchdog;
uint64_t uptimeMs;
uint32_t ticksMs;
uint64_t sentMs;

/** What `millis()` counts, without falling back to 0 after 49 days. */
uint64_t uptime() {
  const uint32_t nowMs = static_cast<uint32_t>(millis());
  uptimeMs += static_cast<uint32_t>(nowMs - ticksMs);
  ticksMs = nowMs;
  return uptimeMs;
}

desk::Instant now() {
  const bool hasCalendar = Time.isValid();
  return {uptime(), hasCalendar, hasCalendar ? static_cast<uint32_t>(Time.now()) : 0};
}

/** The chip takes 10 MHz; long wires and the level shifter take less. */
SPISettings spiSettings() { return SPISettings(1 * MHZ, MSBFIRST, SPI_MODE0); }

void sendWord(const desk::Word &word) {
  digitalWrite(SS, LOW);
  SPI.transfer(word.address);
  SPI.transfer(word.data);
  digitalWrite(SS, HIGH);
}

void sendAll(const desk::Frame &frame) {
  const desk::Refresh all = desk::refresh(frame);
  SPI.beginTransaction(spiSettings());
  for (const desk::Word &word : all.words) sendWord(word);
  SPI.endTransaction();
  shownFrame = frame;
  sentMs = uptimeMs;
}

void startDisplay() {
  SPI.begin(SS);
  SPI.beginTransaction(spiSettings());
  sendWord(desk::darkFirst);
  SPI.endTransaction();
}

template <typename T>
bool recall(int address, T &value) {
  desk::Remembered<T> remembered;
  EEPROM.get(address, remembered);
  if (!desk::isWhole(remembered)) return false;
  value = remembered.value;
  return true;
}

int take(const char *text, size_t length) {
  const int32_t answer = counter.show(text, length, uptime());
  if (answer >= 0) shown = answer;
  return answer;
}

int show(String text) { return take(text.c_str(), text.length()); }

/** Subscriptions are to all names that begin alike. */
void countCame(const char *event, const char *data) {
  if (data != nullptr && strcmp(event, eventName) == 0) take(data, strlen(data));
}

int setDimming(const desk::Dimming &dimming) {
  counter.dim(dimming);
  EEPROM.put(dimmingAddress, desk::toRemember(dimming));
  return 0;
}

int dim(String text) {
  desk::Dimming dimming = counter.dimming();
  if (!desk::parseDimming(text.c_str(), text.length(), dimming)) return -1;
  return setDimming(dimming);
}

int brightness(String text) {
  desk::Dimming dimming = counter.dimming();
  if (!desk::parseBrightness(text.c_str(), text.length(), dimming)) return -1;
  return setDimming(dimming);
}

void restart() { System.reset(RESET_NO_WAIT); }

}  // namespace

void setup() {
  ticksMs = static_cast<uint32_t>(millis());
  desk::Count count = {};
  desk::Dimming dimming = desk::usualDimming();
  recall(countAddress, count);
  recall(dimmingAddress, dimming);
  counter.begin(count, dimming);
  shown = desk::answerOf(counter.count());

  startDisplay();
  sendAll(counter.look(now()));

  // All that the cloud is told of the device goes in one message if it stands before the
  // connection.
  Particle.function("show", show);
  Particle.function("dim", dim);
  Particle.function("brightness", brightness);
  Particle.variable("shown", shown);
#ifdef SYSTEM_VERSION_v620
  Particle.subscribe(eventName, countCame);
#else
  Particle.subscribe(eventName, countCame, MY_DEVICES);
#endif

  // Device OS checks in after each loop.
  watchdog = new ApplicationWatchdog(watchdogMs, restart, watchdogStackBytes);
  Particle.connect();
}

void loop() {
  const desk::Instant instant = now();
  const desk::Frame frame = counter.look(instant);
  // The chip cannot be asked whether a dip of the supply or noise has changed it.
  const bool stale = instant.uptimeMs - sentMs >= refreshMs;
  if (stale || !desk::sameFrame(frame, shownFrame)) sendAll(frame);

  if (counter.isSaveDue(instant.uptimeMs)) {
    EEPROM.put(countAddress, desk::toRemember(counter.count()));
    counter.saved(instant.uptimeMs);
  }
  if (counter.isRestartDue(Particle.connected(), instant.uptimeMs)) restart();
}
