// The visitor counter alone on a Photon (Device OS 2.3.1, 3.3.1) or a Photon 2 (5.x, 6.x): numbers
// come from the Particle Cloud, the display is on the pins of the SPI. All rules are in the
// headers.
#include "Particle.h"

#include "remembered.h"
#include "version.h"
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
static_assert(sizeof(visitor_counter::Remembered<visitor_counter::Count>) <= dimmingAddress,
              "they would overlap");

visitor_counter::VisitorCounter counter;
visitor_counter::Frame shownFrame;
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

visitor_counter::Instant now() {
  const bool hasCalendar = Time.isValid();
  return {uptime(), hasCalendar, hasCalendar ? static_cast<uint32_t>(Time.now()) : 0};
}

/** The chip takes 10 MHz; long wires and the level shifter take less. */
SPISettings spiSettings() { return SPISettings(1 * MHZ, MSBFIRST, SPI_MODE0); }

void sendWord(const visitor_counter::Word &word) {
  digitalWrite(SS, LOW);
  SPI.transfer(word.address);
  SPI.transfer(word.data);
  digitalWrite(SS, HIGH);
}

void sendAll(const visitor_counter::Frame &frame) {
  const visitor_counter::Refresh all = visitor_counter::refresh(frame);
  SPI.beginTransaction(spiSettings());
  for (const visitor_counter::Word &word : all.words) sendWord(word);
  SPI.endTransaction();
  shownFrame = frame;
  sentMs = uptimeMs;
}

void startDisplay() {
  SPI.begin(SS);
  SPI.beginTransaction(spiSettings());
  sendWord(visitor_counter::darkFirst);
  SPI.endTransaction();
}

template <typename T>
bool recall(int address, T &value) {
  visitor_counter::Remembered<T> remembered;
  EEPROM.get(address, remembered);
  if (!visitor_counter::isWhole(remembered)) return false;
  value = remembered.value;
  return true;
}

int take(const char *text, size_t length) {
  const int32_t answer = counter.show(text, length, now());
  if (answer >= 0) shown = answer;
  return answer;
}

int show(String text) { return take(text.c_str(), text.length()); }

/** Subscriptions are to all names that begin alike. */
void countCame(const char *event, const char *data) {
  if (data != nullptr && strcmp(event, eventName) == 0) take(data, strlen(data));
}

int setDimming(const visitor_counter::Dimming &dimming) {
  counter.dim(dimming);
  EEPROM.put(dimmingAddress, visitor_counter::toRemember(dimming));
  return 0;
}

int dim(String text) {
  visitor_counter::Dimming dimming = counter.dimming();
  if (!visitor_counter::parseDimming(text.c_str(), text.length(), dimming)) return -1;
  return setDimming(dimming);
}

int brightness(String text) {
  visitor_counter::Dimming dimming = counter.dimming();
  if (!visitor_counter::parseBrightness(text.c_str(), text.length(), dimming)) return -1;
  return setDimming(dimming);
}

void restart() { System.reset(RESET_NO_WAIT); }

}  // namespace

void setup() {
  ticksMs = static_cast<uint32_t>(millis());
  visitor_counter::Count count = {};
  visitor_counter::Dimming dimming = visitor_counter::usualDimming();
  recall(countAddress, count);
  recall(dimmingAddress, dimming);
  counter.begin(count, dimming);
  shown = visitor_counter::answerOf(counter.count());

  startDisplay();
  sendAll(counter.look(now()));

  // All that the cloud is told of the device goes in one message if it stands before the
  // connection.
  Particle.function("show", show);
  Particle.function("dim", dim);
  Particle.function("brightness", brightness);
  Particle.variable("shown", shown);
  Particle.variable("version", VISITOR_COUNTER_VERSION);
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
  const visitor_counter::Instant instant = now();
  const visitor_counter::Frame frame = counter.look(instant);
  // The chip cannot be asked whether a dip of the supply or noise has changed it.
  const bool stale = instant.uptimeMs - sentMs >= refreshMs;
  if (stale || !visitor_counter::sameFrame(frame, shownFrame)) sendAll(frame);

  if (counter.isSaveDue(instant.uptimeMs)) {
    EEPROM.put(countAddress, visitor_counter::toRemember(counter.count()));
    counter.saved(instant.uptimeMs);
  }
  // While its owner gives it the Wi-Fi it is not offline: a restart would break that off.
  const bool isInHand = Particle.connected() || WiFi.listening();
  if (counter.isRestartDue(isInHand, instant.uptimeMs)) restart();
}
