target_sources(ae_service_core PRIVATE options_posix.cpp)
target_sources(ae_events_files PRIVATE state_folder_posix.cpp system_log_journald.cpp)
target_link_libraries(ae_events_files PRIVATE PkgConfig::SYSTEMD)
target_sources(ae_status_files PRIVATE metrics_file_posix.cpp)
target_sources(ae_hooks PRIVATE hooks/replacement_posix.cpp hooks/hook_folder_posix.cpp hooks/hook_process_posix.cpp)
target_sources(ae_host_platform PRIVATE
    host/bus_sdbus.cpp host/descriptor_posix.cpp host/logon_session.cpp
    host/logon_watch_logind.cpp host/network_watch_netlink.cpp host/notice_dbus.cpp
    host/new_process_posix.cpp host/notice_text.cpp
    host/policy_watch_inotify.cpp host/stop_signals_posix.cpp host/supervisor_systemd.cpp
    host/wall_timer_timerfd.cpp host/worker_posix.cpp)
target_link_libraries(ae_host_platform PRIVATE PkgConfig::SYSTEMD)
target_sources(ae_system_trust PRIVATE system_trust_posix.cpp)
target_sources(ae_place PRIVATE context_place_posix.cpp host_start_posix.cpp)
target_sources(ae_service PRIVATE
    credential_krb5.cpp kerberos_settings_linux.cpp member_krb5.cpp membership_krb5.cpp
    selftest/host_side_posix.cpp service_run_posix.cpp start_up_posix.cpp
    stop_on_signals_posix.cpp)
target_link_libraries(ae_service PRIVATE PkgConfig::KRB5)
# Stays for weeks: none of the libraries that only a pulse needs.
add_executable(aeclientd service_main.cpp)
target_link_libraries(aeclientd PRIVATE ae_host ae_place ae_policy ae_service_core)
target_link_options(aeclientd PRIVATE LINKER:--as-needed)
install(TARGETS aeclient aeclientd COMPONENT agent)
