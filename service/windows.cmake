# What Windows itself calls, and whom it calls: the service control manager's front.
add_library(ae_scm STATIC
    scm/service_front_scm.cpp scm/service_install_scm.cpp scm/session_hosts_win32.cpp
    scm/user_host_win32.cpp)
target_link_libraries(ae_scm PUBLIC ae_engine ae_host_platform PRIVATE ae_events userenv wtsapi32)
target_sources(ae_host_platform PRIVATE
    host/child_pipe_win32.cpp host/command_line_win32.cpp host/host_events_win32.cpp host/logon_watch_win32.cpp
    host/network_watch_win32.cpp host/notice_balloon.cpp host/notice_text.cpp
    host/new_process_win32.cpp host/policy_watch_registry.cpp host/scm_state_win32.cpp host/stop_signals_win32.cpp
    host/supervisor_scm.cpp host/wall_timer_win32.cpp host/worker_win32.cpp
    own_program_win32.cpp)
target_link_libraries(ae_host_platform PRIVATE ae_control iphlpapi shell32 user32 userenv)
target_sources(ae_hooks PRIVATE
    hooks/hook_folder_win32.cpp hooks/hook_pipe_win32.cpp hooks/hook_process_win32.cpp
    hooks/replacement_win32.cpp)
target_link_libraries(ae_hooks PRIVATE ole32 shell32)
target_sources(ae_system_trust PRIVATE system_trust_none.cpp)
target_sources(ae_place PRIVATE context_place_win32.cpp host_start_win32.cpp)
target_sources(ae_service PRIVATE
    doctor/this_host_win32.cpp logon_tickets_win32.cpp member_win32.cpp selftest/host_side_win32.cpp service_run_win32.cpp start_up_win32.cpp
    stop_on_signals_win32.cpp)
target_link_libraries(ae_service PRIVATE secur32 shell32 wevtapi wtsapi32)
target_link_libraries(ae_service PRIVATE ae_scm)
target_sources(ae_service_core PRIVATE style_win32.cpp progress_win32.cpp cli/options_win32.cpp)
target_sources(ae_events_files PRIVATE
    event_sources_registry.cpp state_folder_win32.cpp system_log_eventlog.cpp)
target_link_libraries(ae_events_files PRIVATE advapi32)
target_sources(ae_as_member PRIVATE as_member_win32.cpp)
target_sources(ae_status_files PRIVATE metrics_file_win32.cpp)
ae_windows_program(aeclient ${CMAKE_SOURCE_DIR}/packaging/windows/events.mc)
install(TARGETS aeclient COMPONENT agent)
