// Foreign text (messages of CAs, names and values out of the directory, subjects) made harmless for
// the place that it goes to: one function per place, and no other escaping anywhere in service/.
//
//   terminal, log line, desktop notice   printable()          engine/base/text.h
//   field of a CSV file                  csv_field()
//   text or attribute of an HTML page    html_text()          also the markup of a desktop notice
//   label of a metric                    metric_label()
//   string of a Windows event            event_log_string()
//   JSON                                 json_text()          report_parts.h; ASCII only
//
// All but JSON begin with printable(): control characters, line feeds, what reorders or hides what
// a person sees, and octets that are no UTF-8 become \xNN, \uNNNN or \UNNNNNNNN.  JSON keeps the
// very text, behind its own \uNNNN.
// Not for: what another machine reads as a name (LDAP filters, distinguished names), and not for
// making text shorter.  Pure; any thread; nothing fails.
#pragma once

#include <string>
#include <string_view>

namespace ae::service {

// [RFC 4180] 2, always in quotes: programs that read CSV differ in what they take for a number or a
// date.  An apostrophe stands before what a spreadsheet would take for a formula, also where it
// separates fields by ";" (as it does where "," is the decimal mark) and opens a new cell there.
std::string csv_field(std::string_view text);

// [HTML] 13.1.2: for text and for attributes in quotes of either kind; not for scripts or styles,
// not for addresses.
std::string html_text(std::string_view text);

// [OpenMetrics] "ABNF": what stands between the quotes of a label's value.
std::string metric_label(std::string_view text);

// [Message Text Files]: the log's readers put other texts in the place of "%1" and "%%1" wherever
// they stand, so a blank goes between.
std::string event_log_string(std::string_view text);

}  // namespace ae::service
