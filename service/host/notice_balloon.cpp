// [Shell_NotifyIcon]: an icon in the notification area, whose balloon newer Windows shows as a
// toast.  What Windows tells of it comes to a window, and a window needs a thread that waits for
// messages: each notice has its own.
// The window is a hidden one of the top level, because windows for messages only are not told that
// the taskbar was made anew.
// Closing the balloon is no answer, and cannot be told from its time being over: the icon stays,
// and NoticeAnswers::dismissed is never called.
#include "engine/base/left_thread.h"
#include "engine/base/win32.h"
#include "service/host/notice.h"
#include "service/host/notice_text.h"

#include <algorithm>
#include <array>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>
#include <shellapi.h>

namespace ae::service {
namespace {

constexpr UINT kFromIcon = WM_APP;
constexpr UINT kIcon = 1;
constexpr UINT_PTR kBalloonOver = 1;  // timers
constexpr UINT_PTR kNoTaskbar = 2;
// At a logon the desktop may come after us; then there is none.
constexpr std::chrono::seconds kTaskbarTime{60};
// A desktop that hangs: the icon goes when it wakes up.
constexpr std::chrono::seconds kWithdrawTime{2};
constexpr const wchar_t* kWindowClass = L"AeClientNotice";

template <std::size_t size>
void copy_text(wchar_t (&to)[size], const std::wstring& from) {
    const std::size_t length = std::min(from.size(), size - 1);
    std::copy_n(from.begin(), length, std::begin(to));
    to[length] = L'\0';
}

UINT milliseconds(std::chrono::milliseconds time) { return static_cast<UINT>(time.count()); }

// Between the loop's thread and the notice's.
class Shared : public std::enable_shared_from_this<Shared> {
  public:
    Shared(Loop& loop, std::wstring words, NoticeAnswers answers)
        : text(std::move(words)), loop_(&loop), answers_(std::move(answers)) {}

    // The next three: the notice's thread.
    void activated() {
        tell([](const NoticeAnswers& all) {
            if (all.activated) {
                all.activated();
            }
        });
    }

    void failed(const Error& why) {
        tell([why](const NoticeAnswers& all) {
            if (all.failed) {
                all.failed(why);
            }
        });
    }

    // Whether the notice is wanted still.
    bool set_window(HWND window) {
        const std::lock_guard held(mutex_);
        window_ = window;
        return loop_ != nullptr;
    }

    // The loop's thread.  After this the loop may go.
    void withdraw() {
        const std::lock_guard held(mutex_);
        loop_ = nullptr;
        answers_ = {};
        if (window_ != nullptr) {
            ::PostMessageW(window_, WM_CLOSE, 0, 0);
        }
    }

    const std::wstring text;

  private:
    using Answer = std::function<void(const NoticeAnswers&)>;

    void tell(Answer answer) {
        const std::lock_guard held(mutex_);
        if (loop_ != nullptr) {
            boost::asio::post(*loop_, [self = shared_from_this(), answer = std::move(answer)] {
                answer(self->take_answers());
            });
        }
    }

    // Only the first one counts.
    NoticeAnswers take_answers() {
        const std::lock_guard held(mutex_);
        return std::exchange(answers_, {});
    }

    std::mutex mutex_{};
    Loop* loop_;  // nullptr: withdrawn
    NoticeAnswers answers_;
    HWND window_ = nullptr;
};

// All of it on the notice's thread.
class Balloon {
  public:
    explicit Balloon(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    Balloon(const Balloon&) = delete;
    Balloon& operator=(const Balloon&) = delete;
    Balloon(Balloon&&) = delete;
    Balloon& operator=(Balloon&&) = delete;
    ~Balloon() {
        shared_->set_window(nullptr);
        if (window_ != nullptr) {
            ::DestroyWindow(window_);
        }
    }

    // Returns when the notice is over.
    void run() {
        if (!make_window()) {
            shared_->failed(last_error("make a window for a notice"));
            return;
        }
        if (!shared_->set_window(window_)) {
            return;
        }
        if (!add_icon()) {
            ::SetTimer(window_, kNoTaskbar, milliseconds(kTaskbarTime), nullptr);
        }
        MSG message{};
        while (::GetMessageW(&message, nullptr, 0, 0) > 0) {
            ::DispatchMessageW(&message);
        }
        NOTIFYICONDATAW icon = icon_data();
        ::Shell_NotifyIconW(NIM_DELETE, &icon);
    }

  private:
    bool make_window() {
        const HINSTANCE module = ::GetModuleHandleW(nullptr);
        WNDCLASSEXW kind{};
        kind.cbSize = sizeof kind;
        kind.lpfnWndProc = &Balloon::on_message;
        kind.hInstance = module;
        kind.lpszClassName = kWindowClass;
        ::RegisterClassExW(&kind);  // once for the process; again fails and changes nothing
        taskbar_made_ = ::RegisterWindowMessageW(L"TaskbarCreated");
        window_ = ::CreateWindowExW(0, kWindowClass, L"aeclient", WS_POPUP, 0, 0, 0, 0, nullptr,
                                    nullptr, module, nullptr);
        if (window_ == nullptr) {
            return false;
        }
        ::SetWindowLongPtrW(window_, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(this));
        return true;
    }

    [[nodiscard]] NOTIFYICONDATAW icon_data() const {
        NOTIFYICONDATAW icon{};
        icon.cbSize = sizeof icon;
        icon.hWnd = window_;
        icon.uID = kIcon;
        return icon;
    }

    bool add_icon() {
        NOTIFYICONDATAW icon = icon_data();
        icon.uFlags = NIF_ICON | NIF_MESSAGE | NIF_TIP | NIF_SHOWTIP | NIF_INFO;
        icon.uCallbackMessage = kFromIcon;
        icon.hIcon = ::LoadIconW(nullptr, IDI_SHIELD);
        copy_text(icon.szTip, wide(kNoticeTitle));
        copy_text(icon.szInfoTitle, wide(kNoticeTitle));
        copy_text(icon.szInfo, shared_->text);
        icon.dwInfoFlags = NIIF_INFO | NIIF_RESPECT_QUIET_TIME;
        if (::Shell_NotifyIconW(NIM_ADD, &icon) == FALSE) {
            return false;
        }
        icon.uVersion = NOTIFYICON_VERSION_4;
        ::Shell_NotifyIconW(NIM_SETVERSION, &icon);
        ::KillTimer(window_, kNoTaskbar);
        ::SetTimer(window_, kBalloonOver, milliseconds(engine::kBalloonTime), nullptr);
        return true;
    }

    // R-UI3: then the icon is what is left.  [NOTIFYICONDATA]: no text takes the balloon away.
    void shrink() {
        ::KillTimer(window_, kBalloonOver);
        NOTIFYICONDATAW icon = icon_data();
        icon.uFlags = NIF_INFO;
        ::Shell_NotifyIconW(NIM_MODIFY, &icon);
    }

    void hear_icon(WORD event) {
        switch (event) {
            case NIN_BALLOONUSERCLICK:
            case NIN_SELECT:
            case NIN_KEYSELECT:
                shared_->activated();
                break;
            default:  // shown, hidden, its time over, the pointer above it
                break;
        }
    }

    void hear_timer(WPARAM timer) {
        if (timer == kBalloonOver) {
            shrink();
        } else {
            ::KillTimer(window_, kNoTaskbar);
            shared_->failed(win32_error(ERROR_NOT_FOUND, "find a taskbar for a notice"));
        }
    }

    static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM first,
                                       LPARAM second) noexcept {
        auto* self = reinterpret_cast<Balloon*>(::GetWindowLongPtrW(window, GWLP_USERDATA));
        if (self != nullptr && self->hear(message, first, second)) {
            return 0;
        }
        return ::DefWindowProcW(window, message, first, second);
    }

    bool hear(UINT message, WPARAM first, LPARAM second) {
        if (message == taskbar_made_) {
            add_icon();  // the desktop restarted, and its icons went with it
        } else if (message == kFromIcon) {
            hear_icon(LOWORD(second));
        } else if (message == WM_TIMER) {
            hear_timer(first);
        } else if (message == WM_CLOSE) {
            ::PostQuitMessage(0);
        } else {
            return false;
        }
        return true;
    }

    std::shared_ptr<Shared> shared_;
    HWND window_ = nullptr;
    UINT taskbar_made_ = 0;
};

class BalloonNotice final : public Notice {
  public:
    explicit BalloonNotice(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
        std::promise<void> over;
        over_ = over.get_future();
        leave_running(std::thread([held = shared_, over = std::move(over)]() mutable noexcept {
            Balloon(std::move(held)).run();
            over.set_value();
        }));
    }
    BalloonNotice(const BalloonNotice&) = delete;
    BalloonNotice& operator=(const BalloonNotice&) = delete;
    BalloonNotice(BalloonNotice&&) = delete;
    BalloonNotice& operator=(BalloonNotice&&) = delete;
    ~BalloonNotice() override {
        shared_->withdraw();
        over_.wait_for(kWithdrawTime);
    }

  private:
    std::shared_ptr<Shared> shared_;
    std::future<void> over_{};
};

}  // namespace

std::unique_ptr<Notice> show_notice(Loop& loop, const std::vector<std::string>& templates,
                                    NoticeAnswers answers) {
    return std::make_unique<BalloonNotice>(
        std::make_shared<Shared>(loop, wide(notice_text(templates)), std::move(answers)));
}

}  // namespace ae::service
