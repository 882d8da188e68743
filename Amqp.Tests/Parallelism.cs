// Test fixtures run at the same time, because most tests wait: for a process to start, for an answer, or for a time to pass. Tests with
// [NonParallelizable] measure allocations of the whole process, need all processors, or change state that other tests read. NUnit runs
// these tests after all other tests.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(6)]
