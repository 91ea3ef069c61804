namespace MLExtensions.Trainers.Tests.Schedules;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Constant_stays() => Assert.Equal(1, LearningRateSchedule.Constant().Factor(0.7, 3));

    [Fact]
    public void Step_drops_after_every_so_many_epochs()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Step(2, 0.5);
        Assert.Equal([1, 1, 0.5, 0.5, 0.25], Enumerable.Range(0, 5).Select(epoch => schedule.Factor(0, epoch)));
    }

    [Fact]
    public void Cosine_warms_up_and_ends_at_the_final_factor()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Cosine(warmup: 0.2, finalFactor: 0.1);
        Assert.Equal(0.01, schedule.Factor(0, 0), 12);
        Assert.Equal(0.505, schedule.Factor(0.1, 0), 12);
        Assert.Equal(1, schedule.Factor(0.2, 0), 12);
        Assert.Equal(0.55, schedule.Factor(0.6, 0), 12);
        Assert.Equal(0.1, schedule.Factor(1, 0), 12);
    }

    [Fact]
    public void One_cycle_rises_then_falls_far_below_its_start()
    {
        LearningRateSchedule schedule = LearningRateSchedule.OneCycle(0.25);
        Assert.Equal(0.04, schedule.Factor(0, 0), 12);
        Assert.Equal(1, schedule.Factor(0.25, 0), 12);
        Assert.Equal(0.04 / 10_000, schedule.Factor(1, 0), 12);
        Assert.True(schedule.Factor(0.1, 0) < schedule.Factor(0.2, 0));
    }
}
