// Test fixtures run in parallel, because most tests wait. Tests with [NonParallelizable] run after all other tests. Tests with this
// attribute measure the whole process, need all processors, or change state that other tests read.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(6)]
