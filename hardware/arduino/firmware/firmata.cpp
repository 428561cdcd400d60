#include "firmata.h"

#include <avr/pgmspace.h>
#include <avr/wdt.h>

#include "clock.h"
#include "crc.h"

namespace counter {

namespace {

// github.com/firmata/protocol: protocol.md (2.5), i2c.md.
enum Command : uint8_t {
  digitalMessage = 0x90,
  reportAnalog = 0xc0,
  reportDigital = 0xd0,
  analogMessage = 0xe0,
  startSysex = 0xf0,
  setPinModeCommand = 0xf4,
  setDigitalPinValue = 0xf5,
  endSysex = 0xf7,
  reportVersion = 0xf9,
  systemReset = 0xff,
};

enum Sysex : uint8_t {
  // 0x01 to 0x0f are the user's.
  deskSetUp = 0x01,
  deskPictures = 0x02,
  deskChange = 0x03,
  deskAnswer = 0x04,
  deskButtons = 0x05,
  analogMappingQuery = 0x69,
  analogMappingResponse = 0x6a,
  capabilityQuery = 0x6b,
  capabilityResponse = 0x6c,
  pinStateQuery = 0x6d,
  pinStateResponse = 0x6e,
  stringData = 0x71,
  i2cRequestId = 0x76,
  i2cReply = 0x77,
  i2cConfig = 0x78,
  reportFirmware = 0x79,
  samplingInterval = 0x7a,
};

enum I2cMode : uint8_t {
  i2cWriteMode = 0x00,
  i2cReadOnce = 0x08,
  i2cReadContinuously = 0x10,
  i2cStopReading = 0x18,
  i2cModeMask = 0x18,
  i2cTenBits = 0x20,
  i2cKeepBus = 0x40,
};

constexpr uint8_t versionMajor = 2;
constexpr uint8_t versionMinor = 5;
/** Of the desk's messages: a host that knows another first number takes the Firmata path. */
constexpr uint8_t deskMajor = 1;
constexpr uint8_t deskMinor = 0;
const char firmwareName[] PROGMEM = "VisitorCounter";
constexpr uint8_t nothing = 0x7f;
constexpr uint32_t mostSilenceMs = 2000;
/** So many are taken before other work gets its turn. */
constexpr uint8_t bytesAtOnce = 32;
constexpr uint16_t leastSamplingMs = 10;

bool isDesks(uint8_t id) { return id >= deskSetUp && id <= deskChange; }

uint8_t fromSeven(const uint8_t *pair) { return (pair[0] & 0x7f) | pair[1] << 7; }

}  // namespace

void Firmata::announce() {
  sayVersion();
  sayFirmware();
}

void Firmata::work() {
  const uint32_t now = nowMs();
  for (uint8_t i = 0; i < bytesAtOnce; i++) {
    const int16_t byte = uart_.receive();
    if (byte == Uart::gap) startAfresh();
    if (byte < 0) break;
    parse(byte);
    heardMs_ = now;
  }
  if (now - heardMs_ > mostSilenceMs) startAfresh();
  for (uint8_t port = 0; port < ports; port++) {
    if (reports_[port]) reportPort(port, false);
  }
  if (queryCount_ > 0 && now - sampledMs_ >= samplingMs_) {
    sampledMs_ = now;
    for (uint8_t i = 0; i < queryCount_; i++) i2cRead(queries_[i]);
  }
  sayButtons();
}

/** Whatever message has begun is none. */
void Firmata::startAfresh() {
  command_ = 0;
  inSysex_ = false;
}

/** A byte above 0x7f begins a message whatever came before, so that half a message spoils no other. */
void Firmata::parse(uint8_t byte) {
  if (byte == endSysex) {
    if (inSysex_ && hasId_) sysex();
    inSysex_ = false;
  } else if (byte >= 0x80) {
    startAfresh();
    command(byte);
  } else if (inSysex_) {
    sysexByte(byte);
  } else if (command_) {
    bytes_[count_++] = byte;
    if (--missing_ == 0) message();
  }
}

void Firmata::command(uint8_t byte) {
  count_ = 0;
  switch (byte) {
    case startSysex:
      inSysex_ = true;
      hasId_ = tooLong_ = false;
      bits_ = bitCount_ = 0;
      return;
    case reportVersion:
      sayVersion();
      return;
    case systemReset:
      reset();
      return;
    case setPinModeCommand:
    case setDigitalPinValue:
      command_ = byte;
      missing_ = 2;
      return;
  }
  if (byte >= startSysex) return;
  channel_ = byte & 0x0f;
  switch (byte & 0xf0) {
    case digitalMessage:
    case analogMessage:
      missing_ = 2;
      break;
    case reportAnalog:
    case reportDigital:
      missing_ = 1;
      break;
    default:
      return;
  }
  command_ = byte & 0xf0;
}

void Firmata::message() {
  const uint8_t command = command_;
  command_ = 0;
  switch (command) {
    case digitalMessage:
      if (channel_ < ports) pins_.writePort(channel_, fromSeven(bytes_));
      return;
    case reportDigital:
      if (channel_ >= ports) return;
      reports_[channel_] = bytes_[0];
      if (bytes_[0]) reportPort(channel_, true);
      return;
    case setPinModeCommand:
      setPinMode(bytes_[0], bytes_[1]);
      return;
    case setDigitalPinValue:
      pins_.write(bytes_[0], bytes_[1]);
      return;
  }
}

/** The desk's messages come as a stream of bits, seven to a byte, low bits first. */
void Firmata::sysexByte(uint8_t byte) {
  if (!hasId_) {
    id_ = byte;
    hasId_ = true;
    return;
  }
  if (count_ == mostMessageBytes) {
    tooLong_ = true;
    return;
  }
  if (!isDesks(id_)) {
    bytes_[count_++] = byte;
    return;
  }
  bits_ |= static_cast<uint16_t>(byte) << bitCount_;
  bitCount_ += 7;
  if (bitCount_ < 8) return;
  bytes_[count_++] = bits_;
  bits_ >>= 8;
  bitCount_ -= 8;
}

void Firmata::sysex() {
  if (isDesks(id_)) {
    deskMessage();
    return;
  }
  if (tooLong_) {
    say(PSTR("The message is too long"));
    return;
  }
  switch (id_) {
    case reportFirmware:
      sayFirmware();
      return;
    case capabilityQuery:
      sayCapabilities();
      return;
    case analogMappingQuery:
      sayAnalogMapping();
      return;
    case pinStateQuery:
      if (count_ > 0) sayPinState(bytes_[0]);
      return;
    case samplingInterval:
      if (count_ < 2) return;
      samplingMs_ = bytes_[0] | static_cast<uint16_t>(bytes_[1]) << 7;
      if (samplingMs_ < leastSamplingMs) samplingMs_ = leastSamplingMs;
      return;
    case i2cConfig:
      desk_.yield(sdaPin);
      if (!pins_.isClaimed(sdaPin) && !pins_.isClaimed(sclPin)) {
        pins_.setMode(sdaPin, Mode::i2c);
        pins_.setMode(sclPin, Mode::i2c);
        twi_.start();
      }
      isI2cOn_ = true;
      return;
    case i2cRequestId:
      i2cRequest();
      return;
    case stringData:
      return;
    default:
      sayUnknown(PSTR("Unknown sysex 0x"), id_);
  }
}

void Firmata::reset() {
  for (uint8_t port = 0; port < ports; port++) reports_[port] = false;
  queryCount_ = 0;
  isI2cOn_ = false;
  pins_.reset();
}

void Firmata::setPinMode(uint8_t pin, uint8_t mode) {
  if (!Pins::supports(pin, mode)) {
    if (isPin(pin)) sayUnknown(PSTR("Unknown pin mode 0x"), mode);
    return;
  }
  desk_.yield(pin);
  pins_.setMode(pin, static_cast<Mode>(mode));
}

void Firmata::reportPort(uint8_t port, bool always) {
  const uint8_t levels = pins_.readPort(port);
  if (!always && levels == reported_[port]) return;
  reported_[port] = levels;
  uart_.send(digitalMessage | port);
  saySeven(levels);
}

void Firmata::sayVersion() {
  uart_.send(reportVersion);
  uart_.send(versionMajor);
  uart_.send(versionMinor);
}

void Firmata::sayFirmware() {
  uart_.send(startSysex);
  uart_.send(reportFirmware);
  uart_.send(deskMajor);
  uart_.send(deskMinor);
  const char *next = firmwareName;
  while (const char letter = pgm_read_byte(next++)) saySeven(letter);
  uart_.send(endSysex);
}

void Firmata::sayCapabilities() {
  constexpr uint8_t modes[] = {0x00, 0x0b, 0x01, 0x06};
  uart_.send(startSysex);
  uart_.send(capabilityResponse);
  for (uint8_t pin = 0; pin < totalPins; pin++) {
    for (const uint8_t mode : modes) {
      if (!Pins::supports(pin, mode)) continue;
      uart_.send(mode);
      uart_.send(1);
    }
    uart_.send(nothing);
  }
  uart_.send(endSysex);
}

void Firmata::sayAnalogMapping() {
  uart_.send(startSysex);
  uart_.send(analogMappingResponse);
  for (uint8_t pin = 0; pin < totalPins; pin++) {
    uart_.send(pin < firstAnalogPin ? nothing : pin - firstAnalogPin);
  }
  uart_.send(endSysex);
}

void Firmata::sayPinState(uint8_t pin) {
  uart_.send(startSysex);
  uart_.send(pinStateResponse);
  uart_.send(pin);
  if (isPin(pin)) {
    uart_.send(static_cast<uint8_t>(pins_.mode(pin)));
    uart_.send(pins_.state(pin));
  }
  uart_.send(endSysex);
}

/** A text in program memory. */
void Firmata::say(const char *text) {
  uart_.send(startSysex);
  uart_.send(stringData);
  while (const char letter = pgm_read_byte(text++)) saySeven(letter);
  uart_.send(endSysex);
}

void Firmata::sayUnknown(const char *what, uint8_t byte) {
  uart_.send(startSysex);
  uart_.send(stringData);
  while (const char letter = pgm_read_byte(what++)) saySeven(letter);
  for (int8_t shift = 4; shift >= 0; shift -= 4) {
    const uint8_t digit = byte >> shift & 0x0f;
    saySeven(digit < 10 ? '0' + digit : 'a' + digit - 10);
  }
  uart_.send(endSysex);
}

void Firmata::saySeven(uint8_t byte) {
  uart_.send(byte & 0x7f);
  uart_.send(byte >> 7);
}

void Firmata::i2cRequest() {
  if (count_ < 2) return;
  const uint8_t address = bytes_[0];
  const uint8_t mode = bytes_[1];
  if (mode & i2cTenBits) {
    say(PSTR("10-bit addressing not supported"));
    return;
  }
  if (!isI2cOn_) {
    say(PSTR("I2C is not configured"));
    return;
  }
  if (desk_.owns(address)) {
    say(PSTR("This address is the display's"));
    return;
  }
  // A register may be left out.
  const bool hasRegister = count_ >= 6;
  const uint8_t reg = fromSeven(bytes_ + 2);
  const uint8_t count = count_ < 4 ? 0 : fromSeven(bytes_ + (hasRegister ? 4 : 2));
  const Query query = {address, hasRegister ? int16_t{reg} : int16_t{-1}, count,
                       static_cast<bool>(mode & i2cKeepBus)};
  switch (mode & i2cModeMask) {
    case i2cWriteMode:
      i2cWrite(address);
      return;
    case i2cReadOnce:
      i2cRead(query);
      return;
    case i2cReadContinuously:
      addQuery(query);
      return;
    case i2cStopReading:
      stopQuery(address);
      return;
  }
}

void Firmata::i2cWrite(uint8_t address) {
  bool acknowledged = twi_.begin(address, false);
  for (uint16_t at = 2; at + 1 < count_ && acknowledged; at += 2) {
    acknowledged = twi_.sendByte(fromSeven(bytes_ + at));
  }
  twi_.end();
}

void Firmata::i2cRead(const Query &query) {
  uint8_t bytes[mostReadBytes];
  if (query.count == 0 || query.count > mostReadBytes) {
    say(PSTR("I2C: 1 to 32 bytes can be read"));
    return;
  }
  wdt_reset();
  if (!twi_.read(query.address, query.reg, query.keepBus, bytes, query.count)) {
    say(PSTR("I2C: Too few bytes received"));
    return;
  }
  uart_.send(startSysex);
  uart_.send(i2cReply);
  saySeven(query.address);
  saySeven(query.reg < 0 ? 0 : query.reg);
  for (uint8_t i = 0; i < query.count; i++) saySeven(bytes[i]);
  uart_.send(endSysex);
}

void Firmata::addQuery(const Query &query) {
  if (queryCount_ == mostQueries) {
    say(PSTR("I2C: too many queries"));
    return;
  }
  queries_[queryCount_++] = query;
}

void Firmata::stopQuery(uint8_t address) {
  uint8_t kept = 0;
  for (uint8_t i = 0; i < queryCount_; i++) {
    if (queries_[i].address != address) queries_[kept++] = queries_[i];
  }
  queryCount_ = kept;
}

/** The last byte is the CRC-8 of all before it, the id included; bits that fill up the message are 0. */
void Firmata::deskMessage() {
  if (tooLong_ || count_ < 2) {
    answer(0, Answer::malformed);
    return;
  }
  uint8_t crc = crc8(0, id_);
  for (uint16_t i = 0; i + 1 < count_; i++) crc = crc8(crc, bytes_[i]);
  if (crc != bytes_[count_ - 1] || bits_ != 0) {
    answer(0, Answer::badCrc);
    return;
  }
  const uint16_t length = count_ - 1;
  const uint8_t sequence = bytes_[0];
  if (sequence & 0x80) answer(0, Answer::malformed);
  else if (id_ == deskSetUp) answer(sequence, desk_.setUp(bytes_, length));
  else if (id_ == deskPictures) answer(sequence, desk_.pictures(bytes_, length));
  else answer(sequence, desk_.change(bytes_, length));
}

void Firmata::answer(uint8_t sequence, Answer what) {
  const uint8_t code = static_cast<uint8_t>(what);
  uart_.send(startSysex);
  uart_.send(deskAnswer);
  uart_.send(sequence);
  uart_.send(code);
  uart_.send(crc8(crc8(crc8(0, deskAnswer), sequence), code) & 0x7f);
  uart_.send(endSysex);
}

void Firmata::sayButtons() {
  const uint8_t *bytes;
  uint8_t count;
  if (!desk_.buttonsChanged(bytes, count)) return;
  uart_.send(startSysex);
  uart_.send(deskButtons);
  uint8_t crc = crc8(0, deskButtons);
  for (uint8_t i = 0; i < count; i++) {
    saySeven(bytes[i]);
    crc = crc8(crc, bytes[i]);
  }
  uart_.send(crc & 0x7f);
  uart_.send(endSysex);
}

}  // namespace counter
