# ctest under Wine.  Wine's background processes inherit the standard output of the first program,
# and ctest would wait for that pipe for ever: so a fixture starts them with everything closed.
set(AE_WINE_PREFIX ${CMAKE_BINARY_DIR}/wineprefix)
set(AE_WINE_ENVIRONMENT
    "WINEPREFIX=${AE_WINE_PREFIX};WINEARCH=win64;WINEDEBUG=-all;WINEDLLOVERRIDES=winedbg.exe,mscoree,mshtml=d")

add_test(NAME wine_up COMMAND sh -c
    "exec </dev/null >/dev/null 2>&1; mkdir -p \"$WINEPREFIX\"; wineserver -p; exec wine wineboot -u")
set_tests_properties(wine_up PROPERTIES
    FIXTURES_SETUP wine TIMEOUT 120 ENVIRONMENT "${AE_WINE_ENVIRONMENT}")
add_test(NAME wine_down COMMAND wineserver -k)
set_tests_properties(wine_down PROPERTIES
    FIXTURES_CLEANUP wine TIMEOUT 60 ENVIRONMENT "${AE_WINE_ENVIRONMENT}")
