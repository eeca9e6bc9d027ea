target_sources(ae_service_core PRIVATE style_posix.cpp progress_posix.cpp cli/options_posix.cpp)
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
    credential_krb5.cpp doctor/this_host_posix.cpp kerberos_settings_linux.cpp member_krb5.cpp membership_krb5.cpp
    selftest/host_side_posix.cpp service_run_posix.cpp start_up_posix.cpp
    stop_on_signals_posix.cpp)
target_link_libraries(ae_service PRIVATE PkgConfig::KRB5)
# Stays for weeks: none of the libraries that only a pulse needs.
add_executable(aeclientd service_main.cpp)
target_link_libraries(aeclientd PRIVATE ae_host ae_place ae_policy ae_service_core)
target_link_options(aeclientd PRIVATE LINKER:--as-needed)
install(TARGETS aeclient aeclientd COMPONENT agent)
# Manual pages and the shells' completion: made of the command line's own description in each build,
# so that nothing in the tree can be older than the program.
include(GNUInstallDirs)
add_executable(aeclient_texts cli/command_texts_main.cpp)
target_link_libraries(aeclient_texts PRIVATE ae_service_core)
set(AE_TEXTS ${CMAKE_BINARY_DIR}/texts)
add_custom_command(OUTPUT ${AE_TEXTS}/made
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${AE_TEXTS}
    COMMAND aeclient_texts ${AE_TEXTS}
    COMMAND ${CMAKE_COMMAND} -E touch ${AE_TEXTS}/made
    DEPENDS aeclient_texts VERBATIM)
add_custom_target(command_texts ALL DEPENDS ${AE_TEXTS}/made)
install(DIRECTORY ${AE_TEXTS}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT agent)
install(FILES ${AE_TEXTS}/bash/aeclient
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT agent)
install(FILES ${AE_TEXTS}/zsh/_aeclient
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT agent)
install(FILES ${AE_TEXTS}/fish/aeclient.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT agent)
