# Included by coverage.sh into the project: counts in engine/ alone, and without exceptions, so that
# no branch is counted that only a thrown exception takes.  gcov names the calls that may throw, but
# not the branches of the clean-up behind them, which look like any other.
set(AE_COUNTED ae_base ae_engine)

function(ae_count_engine)
    foreach(library IN LISTS AE_COUNTED)
        target_compile_options(${library} PRIVATE --coverage -fno-exceptions)
    endforeach()
    # The counted copy of an inline function is the one that runs: it comes before the tests' own.
    foreach(test engine_test engine_scenario_test base_test certificate_test)
        target_link_options(${test} PRIVATE --coverage -Wl,--whole-archive
            $<TARGET_FILE:ae_engine> $<TARGET_FILE:ae_base> -Wl,--no-whole-archive)
    endforeach()
endfunction()
cmake_language(DEFER CALL ae_count_engine)
