// What the cloud variable `version` says. `visitor-counter flash` puts a sum of the sources in its place,
// so that it can tell whether this very program runs.
#pragma once

#define VISITOR_COUNTER_VERSION "by hand"
