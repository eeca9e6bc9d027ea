// What long work is at: one line on standard error that the next one replaces and that is gone at
// the end.  Only for a person who looks: nothing at all where standard error is no terminal, or a
// dumb one.  Not for what somebody wants to read later: mention() and the log. One thread.  Never
// fails: a line that could not be written is missed by nobody.
#pragma once

#include <cstddef>
#include <ostream>
#include <string_view>

namespace ae::service {

// How wide the terminal behind standard error is; 0: there is none.  Siblings _posix and _win32.
std::size_t columns_of_standard_error();

class Progress {
  public:
    Progress();
    // `columns` 0: silent.  `out` must outlive it.
    Progress(std::ostream& out, std::size_t columns);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    Progress(Progress&&) = delete;
    Progress& operator=(Progress&&) = delete;

    // "asking ca1.corp.example.test": made printable and cut to the terminal's width.
    void say(std::string_view what);
    // Takes the line away, before something else is written.
    void wipe();

  private:
    std::ostream& out_;
    std::size_t columns_;
    std::size_t shown_ = 0;  // characters that stand there
};

}  // namespace ae::service
